import type { FileStore } from "./file-store.ts";

/** Files in memory, for tests of what is not about the store. */
export function memoryFiles(): FileStore & { kept: Map<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>();
  return {
    kept,
    async put(key, bytes) {
      const chunks = await Array.fromAsync(
        bytes,
        (chunk) => new Uint8Array(chunk),
      );
      const all = await new Blob(chunks).bytes();
      kept.set(key, all);
      return all.length;
    },
    get(key, part) {
      const bytes = kept.get(key);
      const shown = part ? bytes?.slice(part.from, part.to + 1) : bytes;
      const stream = shown &&
        new Blob([new Uint8Array(shown)]).stream();
      return Promise.resolve(stream ?? null);
    },
    delete(key) {
      kept.delete(key);
      return Promise.resolve();
    },
  };
}

/** Bytes as they come from a network. */
export async function* streamOf(
  ...chunks: (Uint8Array | string)[]
): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    yield await Promise.resolve(
      typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk,
    );
  }
}
