import type { AppError } from "../errors.ts";

/**
 * How much of a too large body is read and thrown away before it is answered. A browser
 * that is still sending when the answer comes shows a broken connection instead of it.
 */
const DISCARD_BYTES = 64 * 1024 * 1024;

/**
 * All bytes of a request's body, of which never more than `limit` are held.
 *
 * @throws {AppError} what `tooLarge` gives, when there are more.
 */
export async function readBody(
  body: ReadableStream<Uint8Array> | null,
  limit: number,
  tooLarge: () => AppError,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > DISCARD_BYTES) break;
    if (size <= limit) chunks.push(chunk);
  }
  if (size > limit) throw tooLarge();
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
