import type { Database } from "bun:sqlite";
import { entryOrigin, lineOf, withName } from "../lines.ts";
import { COLUMNS, entriesOf, type Row } from "./rows.ts";

/** Rows looked at in one transaction. */
const SLICE = 250;

/**
 * Puts a name in place of the one a person has in the rows after one of them, as far as a slice
 * goes: how many were changed, and the last that was looked at if there may be more.
 */
export function renameRows(
  db: Database,
  userId: string,
  name: string,
  after: number,
): { renamed: number; last?: number } {
  const rows = db.query<Row & { isHinted: number }, [string, number, number]>(
    `SELECT ${COLUMNS}, instr(body, ?1) > 0 AS isHinted FROM entries
     WHERE id > ?2 ORDER BY id LIMIT ?3`,
  ).all(JSON.stringify(userId), after, SLICE);
  const change = db.query("UPDATE entries SET body = ? WHERE id = ?");
  let renamed = 0;
  for (const row of rows) {
    if (!row.isHinted) continue;
    const entries = entriesOf(row);
    const changed = entries.map((entry) => {
      const { sender } = entryOrigin(entry);
      const isTheirs = sender.id === userId && sender.name !== name;
      return isTheirs ? withName(entry, name) : entry;
    });
    if (changed.every((entry, i) => entry === entries[i])) continue;
    change.run(changed.map(lineOf).join("\n"), row.id);
    renamed += 1;
  }
  return rows.length < SLICE ? { renamed } : { renamed, last: rows.at(-1)?.id };
}
