import { assertEquals } from "@std/assert";
import { join } from "node:path";
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

Deno.test("folder: a draft of a process that was killed goes with its key", () =>
  withFolder(async (store, folder) => {
    await Deno.mkdir(join(folder, "r"), { recursive: true });
    await Deno.writeTextFile(join(folder, "r/a.file.part"), "half");
    await store.delete("r/a");
    assertEquals(await Array.fromAsync(Deno.readDir(join(folder, "r"))), []);
  }));
