import type { Sender } from "../protocol.ts";
import type { Attachment } from "../protocol-http.ts";
import { type Kind, parseEntryId, type Written } from "./entry.ts";
import { fieldsText } from "./json.ts";
import { fromVersion1 } from "./version1.ts";

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
