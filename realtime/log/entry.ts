import type { Attachment, Sender } from "../protocol.ts";
import { fieldsText } from "./json.ts";
import { fromVersion1 } from "./version1.ts";

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
  /** What its parts name that is kept elsewhere: a JSON array of {@link Attachment}, or empty. */
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

/**
 * An entry as one line of text, the same in every store: its head, a tab, its parts, and only if
 * something is attached another tab and what that is. JSON has neither tabs nor line breaks of
 * its own, so nothing that anybody writes can look like the end of a part. An entry that was
 * erased is its head and a tab.
 */
export const lineOf = ({ head, parts, attached }: Written): string =>
  attached === "" ? `${head}\t${parts}` : `${head}\t${parts}\t${attached}`;

/** The entry of a line; also of one that an earlier version wrote. */
export function readLine(kind: Kind, line: string): Written {
  const [head = "", parts, attached = ""] = line.split("\t");
  // The lines of earlier versions have no tab.
  if (parts === undefined) return fromVersion1(kind, line);
  return { kind, head, parts, attached };
}

/** The same entry without its parts, and so with nothing attached. */
export const erased = <W extends Written>(entry: W): W => ({
  ...entry,
  parts: "",
  attached: "",
});

/** The same entry with another name for its sender. */
export function withName<W extends Written>(entry: W, name: string): W {
  const fields = JSON.parse(`{${entry.head}}`) as { sender: Sender };
  const { sender, ...rest } = fields;
  return {
    ...entry,
    head: fieldsText({ ...rest, sender: { ...sender, name } }),
  };
}

/** What is attached to an entry. */
export const attachmentsOf = (attached: string): Attachment[] =>
  attached === "" ? [] : JSON.parse(attached) as Attachment[];

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

/** Who made an entry, when, and the offset of the message it is about, if it is about one. */
export function entryOrigin({ head }: Pick<Written, "head">) {
  const { clientId, sender, timestamp, id } = JSON.parse(`{${head}}`) as {
    clientId: string;
    sender: Sender;
    timestamp: number;
    id?: string;
  };
  const target = id === undefined ? undefined : parseEntryId(id)?.offset;
  return { clientId, sender, timestamp, target };
}
