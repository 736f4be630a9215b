/**
 * What a form looks like from outside. Deno 2.9 trims headers in the square of the spaces in them,
 * the type of a form and the headers of its parts included: 16 KB of spaces take it a second. So
 * what no browser sends is refused before it is parsed.
 */
import { Buffer } from "node:buffer";

/** Characters of a type without a boundary. */
const LONGEST_TYPE = 200;
/**
 * A type with the boundary between parts (RFC 2046 §5.1.1), and nothing else: of two boundaries
 * Deno might take the other one.
 */
const MULTIPART =
  /^multipart\/form-data; ?boundary=(?:"([\w'()+,./:=?-]{1,70})"|([\w'()+./:=?-]{1,70}))$/i;
/** The most parts of a form; ours have ten. */
const MOST_PARTS = 100;
/** Bytes of the headers of one part: two names, each of which may be long. */
const LONGEST_HEADERS = 4_096;
/** More spaces one after the other than any header needs. */
const SPACES = /[\t ]{32}/;

/** Whether a Content-Type is that of a form, as a browser writes it. */
export const isFormType = (type: string): boolean =>
  MULTIPART.test(type) ||
  type.length <= LONGEST_TYPE &&
    /^application\/x-www-form-urlencoded/i.test(type);

/** What is between the parts of a form of this type; empty for one without parts. */
export function boundaryOf(type: string): string {
  const [, quoted, plain] = MULTIPART.exec(type) ?? [];
  return quoted ?? plain ?? "";
}

/** Whether a multipart form has no more parts than ours, with headers as a browser writes them. */
export function hasPlainParts(
  bytes: Uint8Array<ArrayBuffer>,
  type: string,
): boolean {
  const boundary = `--${boundaryOf(type)}`;
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = -1;
  for (let parts = 0; parts <= MOST_PARTS; parts++) {
    at = body.indexOf(boundary, at + 1);
    if (at < 0) return true;
    if (!hasPlainHeaders(body.subarray(at + boundary.length))) return false;
  }
  return false;
}

/** Whether what begins after a boundary has headers that are short, and without many spaces. */
function hasPlainHeaders(part: Buffer): boolean {
  const first = part.subarray(0, LONGEST_HEADERS);
  const end = first.indexOf("\r\n\r\n");
  // One that was cut off is closed where it ends, with what it has of headers.
  if (end < 0 && part.length > LONGEST_HEADERS) return false;
  const headers = end < 0 ? first : first.subarray(0, end);
  return !SPACES.test(headers.toString("latin1"));
}
