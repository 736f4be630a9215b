import type { AppError } from "../errors.ts";

/**
 * How much of a too large body is read and thrown away before it is answered. A browser
 * that is still sending when the answer comes shows a broken connection instead of it.
 */
const DISCARD_BYTES = 64 * 1024 * 1024;

/**
 * The first bytes of a request's body, of which never more than `limit` are held, and whether
 * they are the whole of it.
 */
export async function readUpTo(
  body: ReadableStream<Uint8Array> | null,
  limit: number,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; whole: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > DISCARD_BYTES) break;
    if (size <= limit) chunks.push(chunk);
  }
  const held = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const bytes = new Uint8Array(held);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return { bytes, whole: size === held };
}

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
  const { bytes, whole } = await readUpTo(body, limit);
  if (!whole) throw tooLarge();
  return bytes;
}
