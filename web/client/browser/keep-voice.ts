/** Recordings that are kept by web, to be sent with a message. */
import type { Heard } from "../../voices/keep.ts";

const addressOf = (roomId: string, query: Record<string, string>) =>
  `/api/rooms/${roomId}/voice?${new URLSearchParams(query)}`;

/**
 * Has a recording kept, and heard unless its words are known.
 *
 * @throws {Error} when it could not be kept; the message is a sentence for the person.
 */
export async function keepVoice(
  roomId: string,
  recording: Blob,
  { language, known }: { language: string; known: boolean },
  signal?: AbortSignal,
): Promise<Heard> {
  const hear = String(!known);
  const query = { hear, ...(language && { language }) };
  const answer = await fetch(addressOf(roomId, query), {
    method: "POST",
    headers: { "content-type": "application/octet-stream" },
    body: recording,
    signal,
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error?.message);
  return body;
}

/** Has one deleted that is not to be sent; what fails, web does within the hour. */
export function discardVoice(roomId: string, clip: string): void {
  fetch(addressOf(roomId, { clip }), {
    method: "DELETE",
    headers: { "content-type": "application/json" },
    body: "{}",
  }).catch(() => {});
}
