/** Pictures and other files by key. A key is a path of plain names: `selfies/4f2a.jpg`. */
export interface Blobs {
  /**
   * Keeps the bytes under the key, in place of what was there, or not at all.
   * @throws TypeError when the key is not plain, or the content type not one line of ASCII
   * @throws AppError 503 when the store is busy or out of order; so do the others
   */
  put(key: string, bytes: Uint8Array, type: string): Promise<void>;
  /** What is kept under the key, or null. */
  get(key: string): Promise<{ bytes: Uint8Array; type: string } | null>;
  /** Forgets the key; one that is not there is no error. */
  delete(key: string): Promise<void>;
  /** Frees connections, in stores that hold any. */
  close?(): Promise<void>;
}

const PLAIN_KEY =
  /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;
const MAX_KEY = 200;

/**
 * Refuses keys that could leave the folder or mean different things to different stores.
 * @throws TypeError
 */
export function requirePlainKey(key: string) {
  if (key.length > MAX_KEY || !PLAIN_KEY.test(key)) {
    throw new TypeError("A blob's key must be a path of plain names.");
  }
}

/**
 * Refuses content types that no header could carry.
 * @throws TypeError
 */
export function requireContentType(type: string) {
  if (!/^[\x20-\x7e]{1,100}$/.test(type)) {
    throw new TypeError("A content type is one line of ASCII.");
  }
}
