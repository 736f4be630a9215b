import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { outcomeOf } from "../faces/standins/testing.ts";
import type { FileStore } from "./file-store.ts";
import { folderFiles } from "./folder-store.ts";
import { storeContract } from "./store-contract.ts";
import { streamOf } from "./testing.ts";

async function withFolder(
  run: (store: FileStore, folder: string) => Promise<void>,
) {
  const parent = await Deno.makeTempDir();
  const folder = join(parent, "files");
  try {
    await run(folderFiles(folder), folder);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

storeContract("folder", withFolder);

Deno.test("folder: only this user can read what is in it, and no drafts stay", () =>
  withFolder(async (store, folder) => {
    await store.put("r/a", streamOf("1"));
    const names = await Array.fromAsync(Deno.readDir(join(folder, "r")));
    assertEquals(names.map(({ name }) => name), ["a.file"]);
    const modes = ["r", "r/a.file"].map((name) =>
      (Deno.statSync(join(folder, name)).mode ?? 0) & 0o777
    );
    assertEquals(modes, [0o700, 0o600]);
  }));

Deno.test("folder: a disk that is full is told, and nothing of the file stays", () =>
  withFolder(async (_, folder) => {
    const full = folderFiles(folder, async (path) => {
      (await Deno.open(path, { write: true, createNew: true })).close();
      return await Deno.open("/dev/full", { write: true });
    });
    const { code, status, message } = await outcomeOf(
      full.put("r/a", streamOf("more than there is room for")),
    );
    assertEquals([code, status], ["server-full", 413]);
    assertEquals(
      message,
      "This server has no room for more files. Tell whoever runs it.",
    );
    assertEquals(await Array.fromAsync(Deno.readDir(join(folder, "r"))), []);
    // A folder that cannot be written is no fault of the file.
    await Deno.writeTextFile(join(folder, "s"), "in the way");
    const blocked = await outcomeOf(full.put("s/a", streamOf("1")));
    assertEquals([blocked.code, blocked.status], ["files-unavailable", 503]);
  }));

Deno.test("folder: a draft of a process that was killed goes with its key", () =>
  withFolder(async (store, folder) => {
    await Deno.mkdir(join(folder, "r"), { recursive: true });
    await Deno.writeTextFile(join(folder, "r/a.file.part"), "half");
    await store.delete("r/a");
    assertEquals(await Array.fromAsync(Deno.readDir(join(folder, "r"))), []);
  }));
