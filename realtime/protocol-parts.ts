/** What a message says, part by part; protocol.ts is where others take it from. */

/**
 * A voice note. Its words are the message's text. What is said of it besides its clip is what web
 * knows, and not what its sender says: see `FILES_TOKEN`.
 */
export interface Voice {
  /** The recording, by the id the transcriber gave it. */
  clip: string;
  /** How long it takes: milliseconds. */
  ms?: number;
  /** How loud it is in each of up to `LIMITS.peaks` equal parts of it: 0 to 100. */
  peaks?: number[];
  /** What was heard, in order; the text may have been corrected before it was sent, and since. */
  words?: SpokenWord[];
  /** Its words are still to come. */
  waiting?: true;
}

/** A word that was heard, and from when to when: milliseconds. */
export type SpokenWord = [word: string, from: number, to: number];

/**
 * A file that web keeps. What is said of it is what web found in it, and not what its sender says:
 * see `FILES_TOKEN`.
 */
export interface FilePart {
  /** Its address on web is `/rooms/:room/files/:id`. */
  id: string;
  name: string;
  /** The media type its content has. */
  type: string;
  /** Bytes. */
  size: number;
  /** Of a picture, in pixels, upright. */
  width?: number;
  height?: number;
  /** Of a picture: `#rrggbb`, to be seen until it is there. */
  colour?: string;
  /** It is a picture with a smaller one at `/rooms/:room/files/:id/thumbnail`. */
  thumbnail?: boolean;
}

/**
 * What the page says of itself that a message links to. Web looked it up, once, when the message was
 * sent; whoever reads asks nobody.
 */
export interface Preview {
  /** As it stands in the text; a text without it has no preview. */
  address: string;
  /** Without a title there is none: its sender took it away. */
  title?: string;
  description?: string;
  /** A file of the room. */
  picture?: FilePart;
}

/**
 * Somebody whom a text mentions: it has `@` and this name. The name stays as it was written; whoever
 * shows it says what the person with this id is called by then.
 */
export interface Mention {
  /** The id of somebody who was in the room when it was written, or `EVERYONE`. */
  id: string;
  name: string;
}

/**
 * What a message says, part by part. A message has at least one part until it is deleted, and
 * none from then on. Whoever adds a kind of part that names something kept elsewhere adds what
 * that is to `Attachment`, too, so that it goes with the message.
 */
export interface Parts {
  /** Plain text; empty where the message has none. */
  content: string;
  voice?: Voice;
  files?: FilePart[];
  /** Whom the text mentions. Of people who are not in the room the server drops it. */
  mentions?: Mention[];
  /** Of the first page it links to. Only web says so, and never in a draft. */
  preview?: Preview;
}
