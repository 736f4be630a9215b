import { joined } from "../../../realtime/common/joined.ts";
import {
  chunksOf,
  PACE,
  type PaceErrors,
} from "../../../realtime/common/body-pace.ts";
import { AppError } from "../../errors.ts";
import { shareOf } from "./body-budget.ts";

/**
 * How much of a too large body is read and thrown away before it is answered. A browser
 * that is still sending when the answer comes shows a broken connection instead of it.
 */
export const DISCARD_BYTES = 64 * 1024 * 1024;

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

const ERRORS: PaceErrors = { tooSlow, gone };

/** What is announced as no more than this is nearly always there already: no stream is made of it. */
const SMALL_BYTES = 4_096;

/** Turns of promises after which what had arrived whole is read. A clock takes as long as all the rest. */
const TURNS = 8;

/** A small body, which has as long as everybody has. */
async function readSmall(
  req: Request,
  { graceMs }: typeof PACE,
): Promise<Uint8Array<ArrayBuffer>> {
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  const read = req.bytes().then((all) => bytes = all, (cause) => {
    throw gone(cause);
  });
  // It is waited for below; until then nobody has to know that it failed.
  read.catch(() => {});
  for (let turn = 0; turn < TURNS && !bytes; turn++) await null;
  return bytes ?? await inTime(read, graceMs);
}

/** @throws {AppError} `too-slow` */
async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(tooSlow()), ms);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A request's body as it comes, as long as it keeps the pace: it is held nowhere. */
export const paced = (req: Request): AsyncIterable<Uint8Array> =>
  chunksOf(req.body ?? new Blob([]).stream(), PACE, ERRORS);

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
  if (announced > 0 && announced <= Math.min(limit, SMALL_BYTES)) {
    const bytes = await readSmall(req, pace);
    share?.hold(bytes.length);
    return { bytes, whole: bytes.length <= limit };
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of req.body ? chunksOf(req.body, pace, ERRORS) : []) {
    size += chunk.length;
    if (size > DISCARD_BYTES) break;
    if (size > limit) continue;
    share?.hold(chunk.length);
    chunks.push(chunk);
  }
  const bytes = joined(chunks);
  return { bytes, whole: size === bytes.length };
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
