import { afterAll, beforeAll, expect, test } from "bun:test";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { BackupError, restore } from "./backup.ts";
import { RedisLog } from "../log/redis/log.ts";
import { SqliteLog } from "../log/sqlite/log.ts";
import {
  draft,
  freePort,
  Recorder,
  startRedis,
  type TestRedis,
} from "../log/testing.ts";

const folder = mkdtempSync(join(tmpdir(), "backup-"));
let redis: TestRedis;
beforeAll(async () => redis = await startRedis());
afterAll(async () => {
  await redis.stop();
  rmSync(folder, { recursive: true });
});

/** Runs the command as an operator does. */
function maintain(env: Record<string, string>, ...args: string[]) {
  const script = join(import.meta.dir, "../maintain.ts");
  const { exitCode, stdout, stderr } = Bun.spawnSync(
    [process.execPath, script, ...args],
    { env: { ...process.env, ...env } },
  );
  return { exitCode, text: `${stdout}${stderr}` };
}

test(
  "a backup of SQLite comes back in Redis, and from there in SQLite",
  async () => {
    const first = join(folder, "first"), second = join(folder, "second");
    const source = new SqliteLog(first, new Recorder());
    for (let i = 1; i <= 1_200; i += 1) {
      void source.append(draft("big", `c${i}`));
    }
    await source.append(draft("small", "c1", 'Quotes " and \n lines'));
    await source.markRead("small", "ben", 1);
    const expected = await source.page("big", { limit: 1_200 });
    await source.close();

    const one = join(folder, "one.ndjson"), two = join(folder, "two.ndjson");
    const saved = maintain({ DATA_DIR: first }, "backup", one);
    expect(saved).toMatchObject({ exitCode: 0 });
    expect(statSync(one).mode & 0o077).toBe(0);
    const toRedis = { REDIS_URL: redis.url };
    expect(maintain(toRedis, "restore", one).text).toContain("2 rooms");
    expect(maintain(toRedis, "restore", one)).toMatchObject({
      exitCode: 1,
      text: expect.stringContaining("is not empty."),
    });
    expect(maintain(toRedis, "backup", two).exitCode).toBe(0);
    expect(maintain({ DATA_DIR: second }, "restore", two).exitCode).toBe(0);

    const inRedis = new RedisLog([redis.url], new Recorder(), () => {});
    const inSqlite = new SqliteLog(second, new Recorder());
    for (const log of [inRedis, inSqlite]) {
      const { messages, offset } = await log.page("big", { limit: 1_200 });
      expect(messages).toEqual(expected.messages);
      expect(offset).toBe(1_200);
      const positions = await log.positions("ben", ["small"]);
      expect(positions.small).toMatchObject({ offset: 1, read: 1 });
      await log.close();
    }
  },
  20_000,
);

test("says in a sentence why nothing could be done", async () => {
  const notOne = join(folder, "not-one");
  mkdirSync(notOne);
  writeFileSync(join(notOne, "rooms.sqlite"), "No database. ".repeat(99));
  const away = { REDIS_URL: `redis://127.0.0.1:${await freePort()}` };
  const cases: [env: Record<string, string>, says: string][] = [
    [{ REDIS_URL: "nowhere" }, "REDIS_URL must be redis:// or rediss://"],
    [{ DATA_DIR: notOne }, "cannot be used (file is not a database)."],
    [away, "Redis does not answer at REDIS_URL."],
  ];
  for (const [env, says] of cases) {
    const { exitCode, text } = maintain(env, "backup", join(folder, "none"));
    expect(exitCode).toBe(1);
    expect(text).toContain(says);
    expect(text).not.toContain("maintain.ts");
  }
}, 20_000);

test("a backup that is not there is named", () => {
  const gone = join(folder, "gone");
  expect(maintain({ DATA_DIR: folder }, "restore", gone)).toMatchObject({
    exitCode: 1,
    text: `There is no file ${gone}.\n`,
  });
});

test("a backup into a folder that is not there says so", () => {
  const file = join(folder, "nowhere", "rooms");
  expect(maintain({ DATA_DIR: folder }, "backup", file)).toMatchObject({
    exitCode: 1,
    text: `There is no folder for ${file}. Make it, or name another file.\n`,
  });
});

test("a backup is not written over another file", () => {
  const taken = join(folder, "taken");
  writeFileSync(taken, "precious");
  expect(maintain({ DATA_DIR: folder }, "backup", taken)).toMatchObject({
    exitCode: 1,
    text: `${taken} is there already and stays as it is. Name another file.\n`,
  });
  expect(readFileSync(taken, "utf8")).toBe("precious");
});

test("refuses what is no backup, and one cut short", async () => {
  const log = new SqliteLog(join(folder, "third"), new Recorder());
  const header = '{"format":"chatsphere-rooms","version":1}';
  const broken = [
    [],
    ["nonsense"],
    ['{"format":"other"}'],
    [header],
    [header, '{"rooms":1}'],
    [header, '{"roomId":"r","entries":[],"reads":{}}'],
  ];
  for (const lines of broken) {
    const restored = restore(log, linesOf(lines));
    await expect(restored).rejects.toThrow(Error);
    await restored.catch((error) => {
      if (lines.length < 2) expect(error).toBeInstanceOf(BackupError);
    });
  }
  await log.close();
});

test(
  "a damaged backup restores nothing, and its repair everything",
  async () => {
    const source = new SqliteLog(join(folder, "source"), new Recorder());
    await source.append(draft("one", "c1"));
    await source.append(draft("two", "c1"));
    await source.close();
    const whole = join(folder, "whole.ndjson");
    const damaged = join(folder, "damaged.ndjson");
    maintain({ DATA_DIR: join(folder, "source") }, "backup", whole);
    const lines = readFileSync(whole, "utf8").trimEnd().split("\n");
    const last = lines[2] ?? "";
    const env = { DATA_DIR: join(folder, "target") };
    for (
      const change of [
        last.slice(0, -9),
        last.replace('"kind":"m"', '"kind":"x"'),
        last.replace('"offset":1', '"offset":"1"'),
        last.replace('"reads"', '"roads"'),
        last.replace("clientId", "client"),
      ]
    ) {
      expect(change).not.toBe(last);
      writeFileSync(damaged, lines.with(2, change).join("\n"));
      const { exitCode, text } = maintain(env, "restore", damaged);
      expect({ exitCode, text: text.trim() }).toEqual({
        exitCode: 1,
        text: "A line of the backup is broken.",
      });
    }
    expect(maintain(env, "restore", whole).text).toContain("2 rooms");
  },
  20_000,
);

test("a room is restored into Redis whole or not at all", async () => {
  const log = new RedisLog([redis.url], new Recorder(), () => {});
  const entry = { ...draft("half", "c1"), epoch: "5" };
  const entries = Array.from({ length: 300 }, (_, i) => ({
    ...entry,
    offset: i + 1,
  }));
  // Ids of a stream only grow.
  const wrong = [...entries, { ...entry, offset: 1 }];
  await expect(log.restore("half", wrong, {})).rejects.toThrow(Error);
  const raw = new Redis(redis.url);
  expect(await raw.keys("*{half}*")).toEqual([]);
  raw.disconnect();
  await log.append(draft("half", "c2"));
  // Somebody wrote to it meanwhile.
  await expect(log.restore("half", entries, {})).rejects.toThrow("not empty");
  expect(await log.read("half", 0, 9)).toMatchObject({ offset: 1 });
  await log.deleteRoom("half");
  await log.restore("half", entries, {});
  expect(await log.read("half", 299, 9)).toMatchObject({ offset: 300 });
  await log.close();
});

async function* linesOf(lines: string[]) {
  yield* lines;
}
