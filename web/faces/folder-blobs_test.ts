import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { blobsContract } from "./blobs-contract.ts";
import type { Blobs } from "./blobs.ts";
import { folderBlobs } from "./folder-blobs.ts";

async function withFolder(
  run: (folder: string, blobs: Blobs) => Promise<void>,
) {
  const parent = await Deno.makeTempDir();
  const folder = join(parent, "blobs");
  try {
    await run(folder, folderBlobs(folder));
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

blobsContract("folder", (run) => withFolder((_, blobs) => run(blobs)));

async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(folder)) names.push(entry.name);
  return names.sort();
}

Deno.test("folder: only this user can read what is in it, and no drafts stay", () =>
  withFolder(async (folder, blobs) => {
    await blobs.put("selfies/a", new Uint8Array([1]), "image/jpeg");
    await blobs.put("selfies/a", new Uint8Array([2]), "image/jpeg");
    const selfies = join(folder, "selfies");
    assertEquals(await namesIn(selfies), ["a@blob"]);
    const permissions = async (path: string) =>
      ((await Deno.stat(path)).mode ?? 0) & 0o777;
    assertEquals(await permissions(selfies), 0o700);
    assertEquals(await permissions(join(selfies, "a@blob")), 0o600);
  }));

Deno.test("folder: what was kept is there for the next process", () =>
  withFolder(async (folder, blobs) => {
    await blobs.put("a", new Uint8Array([7]), "image/jpeg");
    const found = await folderBlobs(folder).get("a");
    assertEquals(found?.bytes, new Uint8Array([7]));
  }));
