import { byteRange } from "../../../realtime/common/byte-range.ts";
import { noFile } from "../../files/errors.ts";
import type { Part } from "../../files/file-store.ts";
import { dispositionOf } from "../../files/names.ts";
import { placesOf, read, type StoredFile } from "../../files/records.ts";
import { isHarmless } from "../../files/sniff.ts";
import { isMember } from "../../rooms/rooms.ts";
import { isId } from "../../rooms/store.ts";
import type { Person, Services } from "../../services.ts";

interface How {
  /** It is to be saved, and not shown. */
  saved?: boolean;
  thumbnail?: boolean;
}

/**
 * Answers with a file of a room to whoever is in the room now: a copy a browser has is good only
 * once that was asked again.
 *
 * @throws {AppError} `not-found` (404), the same for a file of another room and for none;
 * `files-unavailable` (503).
 */
export async function serveFile(
  s: Services,
  me: Person,
  { roomId, id }: { roomId: string; id: string },
  req: Request,
  { saved = false, thumbnail = false }: How,
): Promise<Response> {
  const file = await readableFile(s, me, roomId, id);
  if (thumbnail && !file.thumbnail) throw noFile();
  const headers = new Headers({
    "cache-control": "private, no-cache",
    etag: `"${id}${thumbnail ? "-small" : ""}"`,
    "accept-ranges": thumbnail ? "none" : "bytes",
    "content-type": thumbnail ? "image/webp" : typeFor(file),
    "content-disposition": dispositionOf(
      isHarmless(file.type) && !saved ? "inline" : "attachment",
      file.name,
    ),
  });
  const etag = headers.get("etag")!;
  if (isKnown(req.headers.get("if-none-match"), etag)) {
    return new Response(null, { status: 304, headers });
  }
  const places = placesOf(file);
  if (thumbnail) {
    return new Response(await get(s, places.thumbnail), { headers });
  }
  const condition = req.headers.get("if-range");
  const range = condition === null || condition === etag
    ? byteRange(req.headers.get("range"), file.size)
    : undefined;
  if (range === null) {
    headers.set("content-range", `bytes */${file.size}`);
    return new Response(null, { status: 416, headers });
  }
  const size = range ? range.to - range.from + 1 : file.size;
  headers.set("content-length", String(size));
  if (range) {
    const { from, to } = range;
    headers.set("content-range", `bytes ${from}-${to}/${file.size}`);
  }
  const status = range ? 206 : 200;
  if (req.method === "HEAD") return new Response(null, { status, headers });
  return new Response(await get(s, places.whole, range), { status, headers });
}

/**
 * Whether a browser has it already (RFC 9110 §13.1.2). What it says is as long as a header may be, and
 * is gone through once.
 */
export const isKnown = (ifNoneMatch: string | null, etag: string): boolean =>
  ifNoneMatch?.split(",")
    .some((tag) => [etag, `W/${etag}`].includes(tag.trim())) ?? false;

/**
 * The file, if the person may read it.
 *
 * @throws {AppError} `not-found` (404)
 */
export async function readableFile(
  s: Services,
  me: Person,
  roomId: string,
  id: string,
): Promise<StoredFile> {
  if (!isId(id) || !await isMember(s, me.id, roomId)) throw noFile();
  const { value: file } = await read(s, id);
  if (file === null || file.roomId !== roomId) throw noFile();
  const isShown = file.state === "sent" || file.state === "claimed" ||
    file.state === "whole" && file.owner === me.id;
  if (!isShown) throw noFile();
  return file;
}

async function get(s: Services, key: string, part?: Part) {
  const bytes = await s.files.get(key, part);
  if (bytes === null) throw noFile();
  return bytes as ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** What is not shown is bytes to a browser, whatever it is. */
const typeFor = ({ type }: StoredFile): string =>
  isHarmless(type) ? type : "application/octet-stream";
