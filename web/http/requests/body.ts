import { AppError } from "../../errors.ts";
import { shareOf } from "./body-budget.ts";

/**
 * How slowly a body may come. A phone on a bad line manages 8 KB a second; whoever sends less
 * keeps a connection, and memory, for nothing.
 */
export interface Pace {
  /** Milliseconds everybody has, however little comes. */
  graceMs: number;
  /** Milliseconds without a byte. */
  idleMs: number;
  bytesPerSecond: number;
}

const PACE: Pace = { graceMs: 20_000, idleMs: 15_000, bytesPerSecond: 8_192 };

/**
 * How much of a too large body is read and thrown away before it is answered. A browser
 * that is still sending when the answer comes shows a broken connection instead of it.
 */
const DISCARD_BYTES = 64 * 1024 * 1024;

const tooSlow = (): AppError =>
  new AppError({
    code: "too-slow",
    status: 408,
    message:
      "This took too long to arrive. Check your connection and send it again.",
  });

/** Whoever sent it hung up: nobody reads the answer, and nothing of ours is broken. */
const gone = (cause: unknown): AppError =>
  new AppError({
    code: "aborted",
    status: 400,
    message: "Only part of this arrived. Please send it again.",
    cause,
  });

/** The next chunk; undefined at the end. */
async function nextOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  ms: number,
): Promise<Uint8Array | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooSlow()), Math.max(0, ms));
  });
  try {
    const read = reader.read().catch((cause) => {
      throw gone(cause);
    });
    return (await Promise.race([read, late])).value;
  } finally {
    clearTimeout(timer);
  }
}

/** Each chunk of a stream, as long as it keeps the pace. */
async function* chunksOf(
  stream: ReadableStream<Uint8Array>,
  pace: Pace,
): AsyncGenerator<Uint8Array> {
  const { graceMs, idleMs, bytesPerSecond } = pace;
  const reader = stream.getReader();
  const started = performance.now();
  let size = 0;
  try {
    for (;;) {
      const due = started + graceMs + size / bytesPerSecond * 1_000;
      const left = Math.min(idleMs, due - performance.now());
      const chunk = await nextOf(reader, left);
      if (chunk === undefined) return;
      size += chunk.length;
      yield chunk;
    }
  } finally {
    // What still comes is nobody's: the connection ends with the answer.
    reader.cancel().catch(() => {});
  }
}

/**
 * The first bytes of a request's body, of which never more than `limit` are held, and whether
 * they are the whole of it.
 *
 * @throws {AppError} `too-slow` (408); `busy` (503) when too much is held for others; whatever
 * `tooLarge` gives at once, when more is announced than would be thrown away.
 */
export async function readUpTo(
  req: Request,
  limit: number,
  tooLarge: () => AppError,
  pace = PACE,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; whole: boolean }> {
  const share = shareOf(req);
  const announced = Number(req.headers.get("content-length") ?? 0);
  if (announced > DISCARD_BYTES) throw tooLarge();
  share?.expect(Math.min(announced, limit));
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of req.body ? chunksOf(req.body, pace) : []) {
    size += chunk.length;
    if (size > DISCARD_BYTES) break;
    if (size > limit) continue;
    share?.hold(chunk.length);
    chunks.push(chunk);
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
 * @throws {AppError} what `tooLarge` gives, when there are more; what {@link readUpTo} throws.
 */
export async function readBody(
  req: Request,
  limit: number,
  tooLarge: () => AppError,
): Promise<Uint8Array<ArrayBuffer>> {
  const { bytes, whole } = await readUpTo(req, limit, tooLarge);
  if (!whole) throw tooLarge();
  return bytes;
}
