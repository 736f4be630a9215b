import { afterAll, expect, test } from "bun:test";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StoreError } from "../log/log.ts";
import { SqliteLog } from "../log/sqlite/log.ts";
import { openDatabase } from "../log/sqlite/schema.ts";
import { draft, Recorder } from "../log/testing.ts";
import type { HistoryPage } from "../protocol-http.ts";
import { startTestServer } from "./testing.ts";

const root = mkdtempSync(join(tmpdir(), "failures-"));
afterAll(() => {
  if (disk) Bun.spawnSync(["umount", disk]);
  rmSync(root, { recursive: true });
});

const folderOf = (name: string) => {
  const folder = join(root, name);
  mkdirSync(folder);
  return folder;
};
const file = (folder: string) => join(folder, "rooms.sqlite");
const large = "A text that takes its place on the disk. ".repeat(90);

/** Appends until the store takes no more; gives how many it took. */
async function fill(log: SqliteLog, room: string): Promise<number> {
  for (let i = 1; i < 10_000; i += 1) {
    try {
      await log.append(draft(room, `fill-${i}`, large));
    } catch (error) {
      expect(error).toBeInstanceOf(StoreError);
      return i - 1;
    }
  }
  throw new Error("The store never filled up.");
}

test("a full disk: writes fail and can be tried again, reads go on", async () => {
  const db = openDatabase(file(folderOf("full")));
  let log: SqliteLog | undefined;
  const server = await startTestServer({
    openLog: (listener) => log = new SqliteLog(db, listener),
  });
  const ann = await server.enter("ann", "r");
  ann.chat("r", "c1", "Before");
  await ann.next("message-ack");
  db.run("PRAGMA max_page_count = 200");
  const filled = await fill(log as SqliteLog, "r");
  expect(filled).toBeGreaterThan(10);
  ann.chat("r", "c2", large.slice(0, 4_000));
  expect(await ann.next("error")).toMatchObject({
    code: "disk-full",
    retryable: true,
    ref: "c2",
  });
  const token = await server.issuer.personToken("ann", { r: "member" });
  const answer = await server.call("/rooms/r/messages?limit=1", token);
  const page = await answer.json() as HistoryPage;
  expect(page).toMatchObject({ offset: filled + 1 });
  const late = await server.enter("ben", "r");
  db.run("PRAGMA max_page_count = 100000");
  ann.chat("r", "c2", large.slice(0, 4_000));
  expect(await ann.next("message-ack"))
    .toMatchObject({ clientId: "c2", offset: filled + 2 });
  expect(await late.next("new-message")).toMatchObject({ offset: filled + 2 });
  await server.stop();
});

/** Mounts a disk of a megabyte, where that is allowed. */
function smallDisk(): string | undefined {
  const folder = folderOf("disk");
  const mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder];
  return Bun.spawnSync(mount).exitCode === 0 ? folder : undefined;
}
const disk = smallDisk();

test.skipIf(!disk)(
  "a disk that is really full loses nothing it took",
  async () => {
    const folder = disk ?? "";
    let log = new SqliteLog(folder, new Recorder());
    const ballast = join(folder, "ballast");
    writeFileSync(ballast, new Uint8Array(300_000));
    const filled = await fill(log, "r");
    expect((await log.page("r", { limit: 100 })).offset).toBe(filled);
    rmSync(ballast);
    expect(await log.append(draft("r", "more"))).toMatchObject({
      offset: filled + 1,
    });
    writeFileSync(ballast, new Uint8Array(100_000));
    const again = await fill(log, "s");
    rmSync(ballast);
    await log.close();
    log = new SqliteLog(folder, new Recorder());
    const { entries } = await log.read("r", 0, 1_000);
    expect(entries.map(({ offset }) => offset))
      .toEqual(Array.from({ length: filled + 1 }, (_, i) => i + 1));
    expect((await log.read("s", 0, 1_000)).entries).toHaveLength(again);
    await log.close();
  },
);

test("a commit torn by a crash is as if it never was, and nothing else is lost", async () => {
  const folder = folderOf("torn"), copy = folderOf("torn-copy");
  const log = new SqliteLog(folder, new Recorder());
  for (let i = 1; i <= 5; i += 1) await log.append(draft("r", `c${i}`));
  const { size } = statSync(`${file(folder)}-wal`);
  await log.append(draft("r", "c6", large));
  const whole = statSync(`${file(folder)}-wal`).size;
  expect(whole).toBeGreaterThan(size);
  cpSync(folder, copy, { recursive: true });
  truncateSync(`${file(copy)}-wal`, whole - 1_000);
  rmSync(`${file(copy)}-shm`);
  const torn = new SqliteLog(copy, new Recorder());
  const { messages } = await torn.page("r", { limit: 9 });
  expect(messages.map(({ clientId }) => clientId))
    .toEqual(["c1", "c2", "c3", "c4", "c5"]);
  expect(await torn.append(draft("r", "c6", large)))
    .toMatchObject({ offset: 6, repeated: false });
  await torn.close();
  await log.close();
});

test("a damaged page fails its own readers and nobody else", async () => {
  const folder = folderOf("damaged");
  let log = new SqliteLog(folder, new Recorder());
  for (let i = 1; i <= 40; i += 1) {
    await log.append(draft("bad", `b${i}`, large));
  }
  for (let i = 1; i <= 40; i += 1) await log.append(draft("good", `g${i}`));
  await log.close();
  const bytes = readFileSync(file(folder));
  const page = Math.floor(bytes.indexOf('"b20"') / 4_096) * 4_096;
  bytes.fill(0xff, page, page + 4_096);
  writeFileSync(file(folder), bytes);
  log = new SqliteLog(folder, new Recorder());
  await expect(log.read("bad", 0, 100)).rejects.toThrow(StoreError);
  expect((await log.read("good", 0, 100)).entries).toHaveLength(40);
  expect(await log.append(draft("good", "g41"))).toMatchObject({ offset: 41 });
  await log.close();
});

test("a file that is no database stops the start, and stays as it was", () => {
  const folder = folderOf("nonsense");
  writeFileSync(file(folder), "This was a database once. ".repeat(400));
  const before = readFileSync(file(folder));
  expect(() => new SqliteLog(folder, new Recorder())).toThrow(
    "not a database",
  );
  expect(readFileSync(file(folder)).equals(before)).toBe(true);
});
