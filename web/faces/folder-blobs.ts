import { dirname, join } from "node:path";
import { type Blobs, requireContentType, requirePlainKey } from "./blobs.ts";

/**
 * Blobs in a folder that only this user can read. Each file holds a line with the content
 * type, then the bytes, so that one rename replaces both.
 */
export function folderBlobs(folder: string): Blobs {
  function pathOf(key: string): string {
    requirePlainKey(key);
    // No key has an "@", so a file is never in the way of a folder.
    return join(folder, `${key}@blob`);
  }

  return {
    async put(key, bytes, type) {
      const path = pathOf(key);
      const draft = `${path}-${crypto.randomUUID()}`;
      await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
      try {
        await writeDurably(draft, [encodeType(type), bytes]);
        await Deno.rename(draft, path);
      } catch (error) {
        await removeFile(draft);
        throw error;
      }
    },

    async get(key) {
      const file = await readFile(pathOf(key));
      if (!file) return null;
      const lineEnd = file.indexOf(NEWLINE);
      return {
        type: new TextDecoder().decode(file.subarray(0, lineEnd)),
        bytes: file.slice(lineEnd + 1),
      };
    },

    async delete(key) {
      await removeFile(pathOf(key));
    },
  };
}

const NEWLINE = 10;

function encodeType(type: string): Uint8Array {
  requireContentType(type);
  return new TextEncoder().encode(`${type}\n`);
}

/** Writes a new file that is on the disk, not only in its cache, when this returns. */
async function writeDurably(path: string, parts: Uint8Array[]) {
  using file = await Deno.open(path, {
    write: true,
    createNew: true,
    mode: 0o600,
  });
  for (const part of parts) {
    // A write may take less than it was given.
    for (let at = 0; at < part.length;) {
      at += await file.write(part.subarray(at));
    }
  }
  await file.syncData();
}

async function readFile(path: string): Promise<Uint8Array | null> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function removeFile(path: string) {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
