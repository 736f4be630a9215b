import type { OpenRoom } from "./room.ts";

/**
 * Ends the edits, deletions and reactions that the server refused for good: their reason is
 * told, and the words of an edit go back into the composer, after what is there; so do those of a
 * message whose files are gone.
 */
export function giveBack({ room, input, fill, onNotice }: {
  room: OpenRoom;
  input: HTMLTextAreaElement;
  fill(text: string): void;
  onNotice(sentence: string): void;
}): void {
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
