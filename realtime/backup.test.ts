import { afterAll, beforeAll, expect, test } from "bun:test";
import {
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BackupError, restore } from "./backup.ts";
import { RedisLog } from "./log/redis.ts";
import { SqliteLog } from "./log/sqlite.ts";
import { draft, Recorder, startRedis, type TestRedis } from "./log/testing.ts";

const folder = mkdtempSync(join(tmpdir(), "backup-"));
let redis: TestRedis;
beforeAll(async () => redis = await startRedis());
afterAll(async () => {
  await redis.stop();
  rmSync(folder, { recursive: true });
});

/** Runs the command as an operator does. */
function maintain(env: Record<string, string>, ...args: string[]) {
  const script = join(import.meta.dir, "maintain.ts");
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
    expect(maintain(toRedis, "restore", one).exitCode).toBe(1);
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

test("a backup is not written over another file", () => {
  const taken = join(folder, "taken");
  writeFileSync(taken, "precious");
  expect(maintain({ DATA_DIR: folder }, "backup", taken).exitCode).toBe(1);
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

async function* linesOf(lines: string[]) {
  yield* lines;
}
