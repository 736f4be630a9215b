import type { Sender } from "../protocol.ts";

/** m: message, e: edit, d: deletion, r: reaction. */
export type Kind = "m" | "e" | "d" | "r";

/**
 * Messages that come together and share a place in a store: an entry of a stream, a row. It
 * bounds what is read for one of them, and what is written again when one is erased.
 */
export const TOGETHER = 64;

/** What is stored of an entry besides its place in the log. */
export interface Written {
  kind: Kind;
  /**
   * Who made the entry, when, and which message it is about. It stays for as long as the entry
   * does. Like `parts` it is JSON text: the fields of an object without its braces, so that a
   * frame is put together without parsing anything.
   */
  head: string;
  /** What the entry says (`Parts` of the protocol). Empty where it says nothing, or was erased. */
  parts: string;
  /**
   * What its parts name that is kept elsewhere: a JSON array of `Attachment`, or empty. An array of
   * none says that something was taken out: see shedding.ts.
   */
  attached: string;
}

/** One entry of a room's log. */
export interface Entry extends Written {
  epoch: string;
  offset: number;
}

/** What is to be appended. `target` is the offset of the message an amendment changes. */
export interface NewEntry extends Written {
  roomId: string;
  clientId: string;
  sender: Sender;
  timestamp: number;
  target?: number;
}

/** The id of the entry at a position; unique, and tells where to look the entry up. */
export const entryId = (epoch: string, offset: number): string =>
  `${epoch}-${offset}`;

/** The position an id names, or null if no entry can have that id. */
export function parseEntryId(
  id: string,
): { epoch: string; offset: number } | null {
  const match = /^(\d{1,15})-(\d{1,15})$/.exec(id);
  if (!match?.[1] || !match[2]) return null;
  return { epoch: match[1], offset: Number(match[2]) };
}
