import type { EntryFrame } from "../protocol.ts";
import { type Entry, entryId } from "./entry.ts";

/** By kind: the event that delivers an entry, and what one says that was erased. */
const EVENT = {
  m: "new-message",
  e: "message-edited",
  d: "message-deleted",
  r: "reaction",
} as const;
const ERASED = { m: ',"content":""', e: ',"content":""', d: "", r: "" };

/** The JSON text of the frame that delivers an entry. */
export function frameText(roomId: string, entry: Entry): string {
  const { epoch, offset, kind, head, parts } = entry;
  const room = JSON.stringify(roomId);
  const says = parts === "" ? ERASED[kind] : `,${parts}`;
  const place = `{"event":"${
    EVENT[kind]
  }","roomId":${room},"epoch":"${epoch}","offset":${offset}`;
  if (kind !== "m") return `${place},${head}${says}}`;
  const id = entryId(epoch, offset);
  return `${place},"message":{"id":"${id}","offset":${offset},${head}${says}}}`;
}

/** The frame that delivers an entry. */
export const entryFrame = (roomId: string, entry: Entry): EntryFrame =>
  JSON.parse(frameText(roomId, entry)) as EntryFrame;
