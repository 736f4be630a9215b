import { type ClipInfo, type Clips, isClipId, newClipId } from "./clips.ts";

/**
 * Clips as files of a folder, which is made when the first one is kept. `<id>.json` is written
 * last and removed first: a clip without it does not exist.
 */
export function folderClips(dir: string): Clips {
  const audioPath = (id: string) => `${dir}/${id}.audio`;
  const infoPath = (id: string) => `${dir}/${id}.json`;

  return {
    async put(bytes, about) {
      const info: ClipInfo = {
        id: newClipId(),
        ...about,
        bytes: bytes.length,
        createdAt: Date.now(),
      };
      await Deno.mkdir(dir, { recursive: true, mode: 0o700 });
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
      return info;
    },

    async get(id) {
      if (!isClipId(id)) return null;
      try {
        const info: ClipInfo = JSON.parse(
          await Deno.readTextFile(infoPath(id)),
        );
        return { info, bytes: await Deno.readFile(audioPath(id)) };
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return null;
        throw error;
      }
    },

    async delete(id) {
      if (!isClipId(id)) return;
      await remove(infoPath(id));
      await remove(audioPath(id));
    },
  };
}

async function remove(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
