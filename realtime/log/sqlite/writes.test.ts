import { expect, test } from "bun:test";
import { openDatabase } from "./schema.ts";
import { SqliteWrites } from "./writes.ts";

const entry = (roomId: string, n: number) => ({
  ...{ roomId, kind: "m" as const, timestamp: n, clientId: `${n}` },
  sender: { id: "ada", name: "Ada" },
  line: JSON.stringify({ clientId: `${n}`, sender: { id: "ada" } }),
});

test("of many rooms and people not all are remembered, and each goes on where it was", () => {
  const db = openDatabase(":memory:");
  const writes = new SqliteWrites(db, 2);
  const transaction = (work: () => void) => {
    db.run("BEGIN");
    work();
    writes.flush();
    db.run("COMMIT");
    writes.committed();
  };
  const rooms = ["a", "b", "c", "d", "e"];
  const offsets: number[] = [];
  for (let n = 0; n < 3; n++) {
    transaction(() => {
      for (const room of rooms) {
        offsets.push(writes.append(entry(room, n)).offset);
      }
    });
  }
  expect(offsets).toEqual([1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3]);
  // What is not remembered is read again.
  db.run("UPDATE rooms SET epoch = 7");
  transaction(() => {
    expect(rooms.map((room) => writes.room(room).epoch)).toEqual(
      rooms.map(() => "7"),
    );
  });
  transaction(() => {
    for (let n = 0; n < 9; n++) {
      expect(writes.moveRead("a", `person ${n}`, 2)).toBe(2);
    }
  });
  transaction(() => {
    expect(writes.moveRead("a", "person 0", 3)).toBe(3);
    expect(writes.moveRead("a", "person 0", 1)).toBe(3);
  });
  db.close();
});
