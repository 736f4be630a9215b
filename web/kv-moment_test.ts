import { assertEquals, assertNotEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { openKvFile } from "./kv.ts";
import { momentsOf } from "./kv-moment.ts";

interface Stage extends AsyncDisposable {
  path: string;
  /** Each commits something, over a connection of its own. */
  writers: (() => Promise<unknown>)[];
  /** Each leaves everything as it is. */
  idle: (() => unknown)[];
}

async function inFolder(
  open: (path: string) => Promise<Omit<Stage, "path">>,
): Promise<Stage> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/kv.sqlite3`;
  const stage = await open(path);
  return {
    ...{ path, writers: stage.writers, idle: stage.idle },
    async [Symbol.asyncDispose]() {
      await stage[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

const kvFile = () =>
  inFolder(async (path) => {
    const [one, two] = [await openKvFile(path), await openKvFile(path)];
    await one.set(["first"], 0);
    const file = new DatabaseSync(path);
    let n = 0;
    const large = () => new Uint8Array(60_000).fill(n += 1);
    return {
      writers: [
        () => one.set(["a"], n += 1),
        () => two.set(["a"], n += 1),
        // The same value again, and what is deleted that is not there.
        () => two.set(["same"], 1),
        () => one.delete(["nothing"]),
        () => one.atomic().set(["b"], large()).set(["c"], large()).commit(),
        async () => {
          await two.set(["d"], n += 1);
          // All of the log is in the file, and it begins anew with the next commit.
          file.exec("PRAGMA wal_checkpoint(TRUNCATE)");
        },
      ],
      idle: [
        () => one.get(["a"]),
        () => two.atomic().check({ key: ["a"], versionstamp: null }).commit(),
        () => file.exec("BEGIN IMMEDIATE; ROLLBACK"),
        () => file.exec("PRAGMA wal_checkpoint(PASSIVE)"),
      ],
      [Symbol.asyncDispose]() {
        for (const it of [file, one, two]) it.close();
        return Promise.resolve();
      },
    };
  });

const withoutLog = () =>
  inFolder((path) => {
    const [one, two] = [new DatabaseSync(path), new DatabaseSync(path)];
    one.exec("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (0)");
    const write = (file: DatabaseSync) => () =>
      Promise.resolve(file.exec("UPDATE t SET n = n + 1"));
    return Promise.resolve({
      writers: [write(one), write(two)],
      idle: [() => one.exec("BEGIN IMMEDIATE; ROLLBACK")],
      [Symbol.asyncDispose]() {
        for (const it of [one, two]) it.close();
        return Promise.resolve();
      },
    });
  });

for (
  const [which, made] of [
    ["with a write-ahead log", kvFile],
    ["without one", withoutLog],
  ] as const
) {
  Deno.test(`a file ${which} is of another moment after each commit, and of the same without one`, async () => {
    await using it = await made();
    const moment = momentsOf(it.path);
    let before = moment();
    assertEquals(moment(), before);
    for (let i = 0; i < 300; i++) {
      const write = it.writers[i * 7 % it.writers.length];
      await write();
      const after = moment();
      assertNotEquals(after, before, `${which}, commit ${i}`);
      await it.idle[i % it.idle.length]();
      assertEquals(moment(), after, `${which}, after commit ${i}`);
      before = after;
    }
  });
}

Deno.test("whatever was committed before a moment is asked for is in it, while others write all the time", async () => {
  await using it = await kvFile();
  const moment = momentsOf(it.path);
  const [one, two] = it.writers;
  let isOver = false;
  const noise = (async () => {
    while (!isOver) await two();
  })();
  const seen = new Set<number>();
  for (let i = 0; i < 200; i++) {
    const before = moment();
    await one();
    assertNotEquals(moment(), before);
    seen.add(before);
  }
  isOver = true;
  await noise;
  assertEquals(seen.size, 200);
});
