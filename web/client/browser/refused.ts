import type { OpenRoom } from "./room.ts";

/**
 * Ends the edits, deletions and reactions that the server refused for good: their reason is
 * told, and the words of an edit go back into the composer, after what is there.
 */
export function giveBack({ room, input, fill, onNotice }: {
  room: OpenRoom;
  input: HTMLTextAreaElement;
  fill(text: string): void;
  onNotice(sentence: string): void;
}): void {
  for (const { clientId, request, failed } of room.state().unsent) {
    if (!request || !failed) continue;
    room.discard(clientId);
    if (request.event === "edit-message") {
      const text = [input.value, request.content].filter(Boolean).join("\n");
      fill(text);
      room.saveDraft(text);
    }
    onNotice(failed);
  }
}
