import { dirname, join } from "node:path";
import { log } from "../log.ts";
import { filesUnavailable, noRoomAll } from "./errors.ts";
import { type FileStore, requirePlainKey } from "./file-store.ts";

/** Bytes read at a time. */
const CHUNK = 64 * 1024;

/** What the file system gives, as an error of the store: a full disk is one that can be told. */
async function disk<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== "ENOSPC" && code !== "EDQUOT") throw filesUnavailable(error);
    log("error", "files-disk-full", { error });
    throw noRoomAll();
  }
}

/**
 * Files in a folder that only this user can read.
 *
 * @param open for tests of disks that are full.
 */
export function folderFiles(folder: string, open = Deno.open): FileStore {
  function pathOf(key: string): string {
    requirePlainKey(key);
    // No key has a dot, so a file is never in the way of a folder.
    return join(folder, `${key}.file`);
  }

  return {
    async put(key, bytes) {
      const path = pathOf(key);
      const draft = `${path}.part`;
      await disk(Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 }));
      try {
        const size = await writeDurably(draft, bytes, open);
        await disk(Deno.rename(draft, path));
        return size;
      } catch (error) {
        await removeFile(draft);
        throw error;
      }
    },

    async get(key, part) {
      const file = await openFile(pathOf(key));
      if (!file) return null;
      if (!part) return file.readable;
      await file.seek(part.from, Deno.SeekMode.Start);
      return firstOf(file, part.to - part.from + 1);
    },

    async delete(key) {
      const path = pathOf(key);
      await removeFile(`${path}.part`);
      await removeFile(path);
    },
  };
}

/** Writes a new file that is on the disk, not only in its cache, when this returns. */
async function writeDurably(
  path: string,
  bytes: AsyncIterable<Uint8Array>,
  open: typeof Deno.open,
): Promise<number> {
  const options = { write: true, createNew: true, mode: 0o600 };
  using file = await disk(open(path, options));
  let size = 0;
  for await (const chunk of bytes) {
    // A write may take less than it was given.
    for (let at = 0; at < chunk.length;) {
      at += await disk(file.write(chunk.subarray(at)));
    }
    size += chunk.length;
  }
  await disk(file.syncData());
  return size;
}

/** So many bytes of a file from where it stands; it is closed after them. */
function firstOf(file: Deno.FsFile, size: number): ReadableStream<Uint8Array> {
  let left = size;
  return new ReadableStream({
    async pull(controller) {
      try {
        const chunk = new Uint8Array(Math.min(CHUNK, left));
        const read = left > 0 ? await file.read(chunk) : null;
        if (read === null) {
          file.close();
          return controller.close();
        }
        left -= read;
        controller.enqueue(chunk.subarray(0, read));
      } catch (error) {
        file.close();
        throw error;
      }
    },
    cancel: () => file.close(),
  });
}

async function openFile(path: string): Promise<Deno.FsFile | null> {
  try {
    return await Deno.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function removeFile(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
