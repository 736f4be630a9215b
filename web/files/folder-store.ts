import { dirname, join } from "node:path";
import { type FileStore, requirePlainKey } from "./file-store.ts";

/** Bytes read at a time. */
const CHUNK = 64 * 1024;

/** Files in a folder that only this user can read. */
export function folderFiles(folder: string): FileStore {
  function pathOf(key: string): string {
    requirePlainKey(key);
    // No key has a dot, so a file is never in the way of a folder.
    return join(folder, `${key}.file`);
  }

  return {
    async put(key, bytes) {
      const path = pathOf(key);
      const draft = `${path}.part`;
      await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
      try {
        const size = await writeDurably(draft, bytes);
        await Deno.rename(draft, path);
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
): Promise<number> {
  using file = await Deno.open(path, {
    write: true,
    createNew: true,
    mode: 0o600,
  });
  let size = 0;
  for await (const chunk of bytes) {
    // A write may take less than it was given.
    for (let at = 0; at < chunk.length;) {
      at += await file.write(chunk.subarray(at));
    }
    size += chunk.length;
  }
  await file.syncData();
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
