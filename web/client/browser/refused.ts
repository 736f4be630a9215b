import { isBlank } from "../../../realtime/text/visible.ts";
import { openPending } from "./pending.ts";
import { newId, type OpenRoom } from "./room.ts";
import type { WayOn } from "./socket.ts";

/**
 * Ends the edits, deletions and reactions that the server refused for good: their reason is
 * told, and the words of an edit go back into the composer, after what is there; so do those of a
 * message whose files are gone. In a room that has ended nothing is ended: see
 * {@linkcode keepWords}.
 */
export function giveBack({ room, input, fill, wayOn, onNotice }: {
  room: OpenRoom;
  input: HTMLTextAreaElement;
  fill(text: string): void;
  /** The room cannot be written in any more. */
  wayOn?: WayOn;
  onNotice(sentence: string): void;
}): void {
  if (wayOn === "rooms") keepWords(room, input.value);
  if (wayOn) return;
  takeBack(room);
  for (const one of room.state().unsent) {
    const { clientId, request, uploads, failed } = one;
    if (!failed || !request && uploads?.length !== 0) continue;
    room.discard(clientId);
    const { content } = request?.event === "edit-message" ? request : one;
    if (content) {
      const text = [input.value, content].filter(Boolean).join("\n");
      fill(text);
      room.saveDraft(text);
    }
    onNotice(failed);
  }
}

/** The rooms that ended, with what was kept of their composers. */
const ended = new WeakMap<OpenRoom, string>();

/**
 * Keeps what stands in the composer of a room that is archived, or that one is not in any more,
 * as a message that was not sent: the page of that room shows no draft, or is no page at all, and
 * what was not sent is shown on every page until the person discards it.
 */
function keepWords(room: OpenRoom, content: string): void {
  if (ended.has(room)) return;
  ended.set(room, "");
  if (isBlank(content)) return;
  const { me, roomId } = room.state();
  const pending = openPending(me, roomId);
  // In another tab, too, it is one draft.
  const isKept = pending.list().some((one) => one.content === content);
  const clientId = newId();
  const one = {
    clientId,
    ...{ content, timestamp: Date.now() },
    failed: "This was not sent.",
  };
  if (!isKept && !pending.keep(one)) return;
  room.saveDraft("");
  if (!isKept) ended.set(room, clientId);
}

/** An archived room is back: what was in its composer is there still, and is a draft again. */
function takeBack(room: OpenRoom): void {
  const clientId = ended.get(room);
  ended.delete(room);
  if (!clientId) return;
  const { me, roomId } = room.state();
  const pending = openPending(me, roomId);
  const one = pending.list().find((one) => one.clientId === clientId);
  if (!one) return;
  room.saveDraft(one.content);
  pending.drop(clientId);
  room.heed();
}
