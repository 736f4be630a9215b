import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startStore } from "./stores.ts";

test("a log that a frozen instance has locked is locked once that goes on", async () => {
  const folder = mkdtempSync(join(tmpdir(), "stores-"));
  mkdirSync(join(folder, "data"));
  const instance = new Database(join(folder, "data", "rooms.sqlite"));
  try {
    instance.run("CREATE TABLE entries (id INTEGER)");
    instance.run("BEGIN IMMEDIATE");
    const store = await startStore("sqlite", folder, () => {});
    const refused = store.refuse(Math.random);
    // Longer than any commit takes that nothing holds up.
    await Bun.sleep(1_500);
    instance.run("ROLLBACK");
    const undo = await refused;
    expect(() => instance.run("BEGIN IMMEDIATE")).toThrow("locked");
    await undo();
    instance.run("BEGIN IMMEDIATE");
  } finally {
    instance.close();
    rmSync(folder, { recursive: true });
  }
});
