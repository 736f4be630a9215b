import { newClipId } from "../../realtime/common/clip-id.ts";
import { type Clip, type Clips, clipTaken, LEAST } from "../clips/clips.ts";

/** Clips that live as long as a test. */
export function memoryClips(): Clips {
  const kept = new Map<string, Clip>();
  return {
    name: "memory",
    put(bytes, about) {
      const info = {
        ...about,
        id: about.id ?? newClipId(about.owner),
        bytes: bytes.length,
        createdAt: Date.now(),
      };
      if (kept.has(info.id)) return Promise.reject(clipTaken());
      kept.set(info.id, { info, bytes });
      return Promise.resolve(info);
    },
    find: (id) => Promise.resolve(kept.get(id)?.info ?? null),
    get(id, part) {
      const clip = kept.get(id);
      return Promise.resolve(
        clip && part
          ? { ...clip, bytes: clip.bytes.subarray(part.from, part.to + 1) }
          : clip ?? null,
      );
    },
    delete(id) {
      kept.delete(id);
      return Promise.resolve();
    },
    owned(owner) {
      const ids = [...kept.values()].map(({ info }) => info)
        .filter((info) => info.owner === owner).map(({ id }) => id);
      const page = ids.slice(0, 100);
      return Promise.resolve(
        page.length < ids.length ? { ids: page, after: "more" } : { ids },
      );
    },
    taken(owner) {
      const sum = (of: (owner: string) => boolean) =>
        [...kept.values()].filter(({ info }) => of(info.owner))
          .reduce((all, { bytes }) => all + Math.max(LEAST, bytes.length), 0);
      return Promise.resolve({
        own: sum((it) => it === owner),
        all: sum(() => true),
      });
    },
  };
}
