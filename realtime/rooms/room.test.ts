import { expect, test } from "bun:test";
import type { Entry } from "../log/entry.ts";
import type { RoomLog, Slice } from "../log/log.ts";
import { draft } from "../log/testing.ts";
import { Room } from "./room.ts";

const entry = (offset: number): Entry => {
  const { kind, head, parts, attached } = draft("r", `c${offset}`);
  return { epoch: "1", offset, kind, head, parts, attached };
};

test("whoever looks for what is missing while somebody does finds what was stored meanwhile", async () => {
  const stored: Entry[] = [];
  const answers: (() => void)[] = [];
  const log = {
    /** Reads at once, and answers when it is let. */
    read(_: string, after: number): Promise<Slice> {
      const entries = stored.slice(after);
      const slice = { epoch: "1", offset: stored.length, entries };
      return new Promise((resolve) => answers.push(() => resolve(slice)));
    },
  } as unknown as RoomLog;
  const delivered: string[] = [];
  const publish = (_: string, text: string) => void delivered.push(text);
  const room = new Room("r", log, publish, () => {});
  const empty = { epoch: "1", offset: 0 };
  await room.join(() => Promise.resolve(empty), () => {});
  const first = room.fill();
  stored.push(entry(1));
  const later = [room.fill(), room.fill()];
  answers.shift()?.();
  await first;
  await Bun.sleep(0);
  answers.shift()?.();
  await Promise.all(later);
  expect(delivered).toHaveLength(1);
  expect(room.delivered).toBe(1);
  // The two that came meanwhile read once for both.
  expect(answers).toEqual([]);
});
