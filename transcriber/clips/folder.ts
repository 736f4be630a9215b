import type { ByteRange } from "../../realtime/common/byte-range.ts";
import { isClipId, newClipId } from "../../realtime/common/clip-id.ts";
import { type ClipInfo, type Clips, clipTaken, isExpired } from "./clips.ts";
import { FolderIndex } from "./folder-index.ts";

export interface FolderOptions {
  /** Days after which a clip is deleted; without it never. */
  days?: number;
  now?: () => number;
}

/** Bytes of the file written to see whether anything can be kept. */
const PROBE_BYTES = 64 * 1024;

/** Clips in one answer about what somebody keeps. */
const PAGE = 100;

/** Milliseconds between two looks for clips that are too old. */
const SWEEP_MS = 3_600_000;

/**
 * Clips as files of a folder, which is made when the first one is kept. `<id>.json` is written
 * last and removed first: a clip without it does not exist.
 */
export function folderClips(
  dir: string,
  { days, now = Date.now }: FolderOptions = {},
): Clips {
  const audioPath = (id: string) => `${dir}/${id}.audio`;
  const infoPath = (id: string) => `${dir}/${id}.json`;
  let swept = -Infinity;
  let reading: Promise<FolderIndex> | undefined;
  const index = () =>
    reading ??= FolderIndex.read(dir).catch((error) => {
      reading = undefined;
      throw error;
    });

  const find = async (id: string): Promise<ClipInfo | null> => {
    if (!isClipId(id)) return null;
    const text = await orNull(() => Deno.readTextFile(infoPath(id)));
    if (text === null) return null;
    const info: ClipInfo = JSON.parse(text);
    return isExpired(info, days, now()) ? null : info;
  };

  const forget = async (id: string) => {
    const known = await index();
    await remove(infoPath(id));
    await remove(audioPath(id));
    known.delete(id);
  };

  /** Deletes what is too old, at most once an hour. */
  const sweep = async () => {
    if (days === undefined || now() - swept < SWEEP_MS) return;
    swept = now();
    const old = (await index()).ids((clip) => isExpired(clip, days, now()));
    for (const id of old) await forget(id);
  };

  return {
    name: "folder",

    async check() {
      await Deno.mkdir(dir, { recursive: true, mode: 0o700 });
      const probe = `${dir}/${crypto.randomUUID()}.check`;
      try {
        // As much as a short recording takes.
        await Deno.writeFile(probe, new Uint8Array(PROBE_BYTES));
      } finally {
        await remove(probe);
      }
    },

    async put(bytes, about) {
      const info: ClipInfo = {
        ...about,
        id: about.id ?? newClipId(about.owner),
        bytes: bytes.length,
        createdAt: now(),
      };
      const known = await index();
      await Deno.mkdir(dir, { recursive: true, mode: 0o700 });
      await sweep();
      const audio = await create(audioPath(info.id));
      try {
        using _ = audio;
        await writeAll(audio, bytes);
        const unfinished = `${infoPath(info.id)}.new`;
        await Deno.writeTextFile(unfinished, JSON.stringify(info), {
          mode: 0o600,
        });
        await Deno.rename(unfinished, infoPath(info.id));
      } catch (error) {
        await remove(audioPath(info.id));
        throw error;
      }
      known.add(info.id, info);
      return info;
    },

    find,

    async get(id, part) {
      const info = await find(id);
      const path = audioPath(id);
      const bytes = info &&
        await orNull(() => part ? readPart(path, part) : Deno.readFile(path));
      return bytes && { info, bytes };
    },

    async delete(id) {
      if (isClipId(id)) await forget(id);
    },

    async owned(owner) {
      const ids = (await index()).ids((clip) => clip.owner === owner);
      // What has been deleted is no longer among them when the rest is asked for.
      const page = ids.slice(0, PAGE);
      return page.length < ids.length ? { ids: page, after: "" } : { ids };
    },

    async taken(owner) {
      return (await index()).taken(owner);
    },
  };
}

async function create(path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
  } catch (error) {
    throw error instanceof Deno.errors.AlreadyExists ? clipTaken(error) : error;
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await file.write(bytes.subarray(at));
  }
}

/** Those bytes of a file; fewer where it ends before. */
async function readPart(
  path: string,
  { from, to }: ByteRange,
): Promise<Uint8Array> {
  using file = await Deno.open(path);
  await file.seek(from, Deno.SeekMode.Start);
  const bytes = new Uint8Array(to - from + 1);
  let length = 0;
  while (length < bytes.length) {
    const read = await file.read(bytes.subarray(length));
    if (read === null) break;
    length += read;
  }
  return bytes.subarray(0, length);
}

async function orNull<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function remove(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
