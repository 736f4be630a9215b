/** Files by key, as streams: none is ever held in memory whole. A key is plain: `room/id`. */
export interface FileStore {
  /**
   * Keeps what comes under a key that was never used, or nothing of it. How many bytes it was.
   * @throws {TypeError} when the key is not plain
   * @throws {AppError} `files-unavailable` (503) when the store is out of order; so do the others
   * @throws what the stream of bytes throws
   */
  put(key: string, bytes: AsyncIterable<Uint8Array>): Promise<number>;
  /** What is kept under the key, or the bytes of a part of it, the last included; or null. */
  get(key: string, part?: Part): Promise<ReadableStream<Uint8Array> | null>;
  /** Forgets the key, and what is left of a `put` that was broken off. */
  delete(key: string): Promise<void>;
  /** Frees connections, in stores that hold any. */
  close?(): Promise<void>;
}

export interface Part {
  from: number;
  to: number;
}

/**
 * Refuses keys that could leave the folder or mean different things to different stores.
 * @throws {TypeError}
 */
export function requirePlainKey(key: string): void {
  if (key.length > 200 || !/^[\w-]+(\/[\w-]+)*$/.test(key)) {
    throw new TypeError("A file's key must be a path of plain names.");
  }
}
