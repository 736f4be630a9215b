import type { Database } from "bun:sqlite";
import { beforeName, withName } from "../entry.ts";

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
  const before = beforeName(userId);
  const rows = db.query<
    { id: number; body: string | null },
    [string, number, number]
  >(
    `SELECT id, iif(instr(body, ?1), body, NULL) AS body FROM entries
     WHERE id > ?2 ORDER BY id LIMIT ?3`,
  ).all(before, after, SLICE);
  const change = db.query("UPDATE entries SET body = ? WHERE id = ?");
  let renamed = 0;
  for (const { id, body } of rows) {
    if (body === null) continue;
    const lines = body.split("\n").map((line) => withName(line, before, name));
    const next = lines.join("\n");
    if (next === body) continue;
    change.run(next, id);
    renamed += 1;
  }
  return rows.length < SLICE ? { renamed } : { renamed, last: rows.at(-1)?.id };
}
