import { type Clip, type Clips, newClipId } from "../clips/clips.ts";

/** Clips that live as long as a test. */
export function memoryClips(): Clips {
  const kept = new Map<string, Clip>();
  return {
    name: "memory",
    put(bytes, about) {
      const id = newClipId();
      const info = { id, ...about, bytes: bytes.length, createdAt: Date.now() };
      kept.set(id, { info, bytes });
      return Promise.resolve(info);
    },
    find: (id) => Promise.resolve(kept.get(id)?.info ?? null),
    get: (id) => Promise.resolve(kept.get(id) ?? null),
    delete(id) {
      kept.delete(id);
      return Promise.resolve();
    },
  };
}
