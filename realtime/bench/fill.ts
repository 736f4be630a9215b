/**
 * Writes messages and who is in rooms into the log of a data folder nobody has open:
 * `bun bench/fill.ts FOLDER COUNT LISTS`, where LISTS is a file with a list by each room's id. All are in the long room, and the last 50 also in the others that are measured.
 */
import process from "node:process";
import { messageEntry } from "../log/making.ts";
import { SqliteLog } from "../log/sqlite/log.ts";
import type { MemberList } from "../protocol-http.ts";
import { Recorder } from "../log/testing.ts";

const [folder, text, lists] = process.argv.slice(2);
const count = Number(text);
const AT_ONCE = 2_000;
const START = Date.UTC(2025, 0, 1);

const log = new SqliteLog(folder!, new Recorder());
const entry = (roomId: string, n: number, writers: number[]) => {
  const id = `person-${writers[n % writers.length]}`;
  return log.append(messageEntry({
    roomId,
    clientId: `c${n}`,
    sender: { id, name: id },
    timestamp: START + n * 10_000,
  }, {
    content: `What was said as number ${n}, in a line as long as most are.`,
  }));
};
for (let from = 0; from < count; from += AT_ONCE) {
  const batch = Math.min(AT_ONCE, count - from);
  await Promise.all(
    Array.from({ length: batch }, (_, i) => entry("long", from + i, [0, 2])),
  );
}
for (
  const [room, writers] of [["crowd", [0, 3, 4]], ["plain", [0, 1]]] as const
) {
  for (let n = 0; n < 50; n++) await entry(room, n, [...writers]);
}
const all: [string, MemberList][] = Object.entries(
  await Bun.file(lists!).json(),
);
for (let from = 0; from < all.length; from += AT_ONCE) {
  await Promise.all(
    all.slice(from, from + AT_ONCE)
      .map(([roomId, list]) => log.members.put(roomId, list, "web")),
  );
}
while (log.isIndexing) await Bun.sleep(100);
await log.close();
