import { expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { SqliteLog } from "./log.ts";
import { draft, Recorder } from "../testing.ts";

const modeOf = (path: string) => statSync(path).mode & 0o777;

test("keeps its files from everyone else, also those that were open to all", async () => {
  const root = mkdtempSync(join(tmpdir(), "private-"));
  const folder = join(root, "made");
  const umask = process.umask(0);
  try {
    for (let i = 1; i <= 2; i += 1) {
      const log = new SqliteLog(folder, new Recorder());
      await log.append(draft("r", `c${i}`));
      const names = readdirSync(folder).sort();
      expect(names).toEqual(
        ["", "-shm", "-wal"].map((it) => `rooms.sqlite${it}`),
      );
      for (const name of names) expect(modeOf(join(folder, name))).toBe(0o600);
      expect(modeOf(folder)).toBe(0o700);
      await log.close();
      // As an earlier version left it.
      chmodSync(join(folder, "rooms.sqlite"), 0o644);
    }
  } finally {
    process.umask(umask);
    rmSync(root, { recursive: true });
  }
});
