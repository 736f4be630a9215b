import type { Database } from "bun:sqlite";
import { type Entry, entryId } from "../entry.ts";
import { entryOrigin, lineOf, withName } from "../lines.ts";
import type { RenamedSlice } from "../log.ts";
import { saysNothing, wasShed, withoutAttached } from "../shedding.ts";
import { COLUMNS, entriesOf, type Row } from "./rows.ts";
import type { SearchIndex } from "./search-index.ts";

/** Rows looked at in one transaction. */
const SLICE = 250;

interface Slice {
  renamed: number;
  /** The last row that was looked at, if there may be more. */
  last?: number;
  shed: NonNullable<RenamedSlice["shed"]>;
}

interface Found extends Row {
  room: number;
  roomId: string;
  isHinted: number;
}

/**
 * Puts a name in place of the one a person has in the rows after one of them, as far as a slice
 * goes, and takes out what was attached to what they sent.
 */
export function renameRows(
  { db, index }: { db: Database; index: SearchIndex },
  { userId, name, after }: { userId: string; name: string; after: number },
): Slice {
  const rows = db.query<Found, [string, number, number]>(
    `SELECT ${COLUMNS}, room, instr(body, ?1) > 0 AS isHinted,
       (SELECT rooms.name FROM rooms WHERE rooms.id = room) AS roomId
     FROM entries WHERE id > ?2 ORDER BY id LIMIT ?3`,
  ).all(JSON.stringify(userId), after, SLICE);
  const change = db.query("UPDATE entries SET body = ? WHERE id = ?");
  const bare: Slice["shed"] = [];
  let renamed = 0;
  for (const row of rows) {
    if (!row.isHinted) continue;
    const { room, roomId } = row;
    const entries = entriesOf(row);
    const changed = entries.map((entry) => {
      const { sender } = entryOrigin(entry);
      if (sender.id !== userId) return entry;
      const shed = withoutAttached(entry);
      if (wasShed(shed) || saysNothing(shed)) {
        bare.push({ roomId, id: messageOf(shed) });
      }
      return sender.name === name ? shed : withName(shed, name);
    });
    if (changed.every((entry, i) => entry === entries[i])) continue;
    // The index must give back what it took: words of names of files, and that there were files.
    const indexed = entries
      .filter(({ parts, kind }, i) =>
        kind === "m" && parts !== changed[i]?.parts
      )
      .flatMap(({ offset }) => {
        const before = index.find(room, offset);
        return before ? [{ before, offset }] : [];
      });
    change.run(changed.map(lineOf).join("\n"), row.id);
    for (const { before, offset } of indexed) {
      index.replace(before, room, offset);
    }
    renamed += 1;
  }
  return rows.length < SLICE
    ? { renamed, shed: bare }
    : { renamed, shed: bare, last: rows.at(-1)?.id };
}

/** The id of the message an entry is, or is about. */
function messageOf({ kind, epoch, offset, head }: Entry): string {
  if (kind === "m") return entryId(epoch, offset);
  return (JSON.parse(`{${head}}`) as { id: string }).id;
}
