import {
  type ClipInfo,
  type Clips,
  isClipId,
  isExpired,
  newClipId,
} from "./clips.ts";
import { FolderIndex } from "./folder-index.ts";

export interface FolderOptions {
  /** Days after which a clip is deleted; without it never. */
  days?: number;
  now?: () => number;
}

/** Bytes of the file by which is seen whether anything can be kept. */
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
        id: newClipId(about.owner),
        ...about,
        bytes: bytes.length,
        createdAt: now(),
      };
      const known = await index();
      await Deno.mkdir(dir, { recursive: true, mode: 0o700 });
      await sweep();
      try {
        await Deno.writeFile(audioPath(info.id), bytes, { mode: 0o600 });
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

    async get(id) {
      const info = await find(id);
      const bytes = info && await orNull(() => Deno.readFile(audioPath(id)));
      return bytes && { info, bytes };
    },

    async delete(id) {
      if (isClipId(id)) await forget(id);
    },

    async owned(owner) {
      const ids = (await index()).ids((clip) => clip.owner === owner);
      // What is deleted is not among them any more when the rest is asked for.
      const page = ids.slice(0, PAGE);
      return page.length < ids.length ? { ids: page, after: "" } : { ids };
    },

    async taken(owner) {
      return (await index()).taken(owner);
    },
  };
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
