/** The heads of answers of HTTP/1.1, as far as those to posts over kept connections need them. */

/** Bytes an answer may have, and its head. Nearly all heads are short. */
const MOST = 8_000_000;
export const MOST_HEAD = 16_384;
const SHORT_HEAD = 1_024;

/**
 * Only `fetch` may be able to read the answer: it is of another kind than most are, or no header tells its
 * length, or that it is the one to this post.
 */
export class Unreadable extends Error {
  override name = "Unreadable";
}

/** What is answered: of the headers, the one that some errors have. */
export interface KeptAnswer {
  status: number;
  body: string;
  retryAfter?: string;
}

export interface Head extends Pick<KeptAnswer, "status" | "retryAfter"> {
  /** Of the request that it answers. */
  requestId: string | undefined;
  /** Where the body begins and ends: bytes from the start of the answer. */
  start: number;
  end: number;
  /** Whether another post may follow. */
  isKept: boolean;
}

const fromLatin1 = new TextDecoder("latin1");

/** The head of an answer, with the line breaks around its lines; undefined: not all of it has come. */
function textIn(bytes: Uint8Array): string | undefined {
  for (const most of [SHORT_HEAD, MOST_HEAD]) {
    const text = fromLatin1.decode(bytes.subarray(0, most));
    const end = text.indexOf("\r\n\r\n");
    if (end >= 0) return text.slice(0, end + 2);
    if (bytes.length < most) return undefined;
  }
  throw new Unreadable("The head of the answer is too long.");
}

/**
 * The head of an answer whose first bytes these are; undefined: not all of it has come.
 *
 * @throws {Unreadable}
 */
export function headIn(bytes: Uint8Array): Head | undefined {
  const text = textIn(bytes);
  if (text === undefined) return undefined;
  const status = Number(/^HTTP\/1\.1 ([2-5]\d\d)[ \r]/.exec(text)?.[1]);
  if (!status) throw new Unreadable("The answer is not one of HTTP/1.1.");
  const size = /\ncontent-length: *(\d{1,9})\r/i.exec(text)?.[1];
  if (size === undefined || /\ntransfer-encoding:/i.test(text)) {
    throw new Unreadable("Its length is not told.");
  }
  if (Number(size) > MOST) throw new Unreadable("The answer is too long.");
  const start = text.length + 2;
  return {
    ...{ status, start, end: start + Number(size) },
    requestId: /\nx-request-id: *([\w-]+)\r/i.exec(text)?.[1],
    retryAfter: /\nretry-after: *(\d+)\r/i.exec(text)?.[1],
    isKept: !/\nconnection: *close\r/i.test(text),
  };
}
