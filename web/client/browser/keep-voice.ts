/** Recordings that are kept by web, to be sent with a message. */
import type { Heard } from "../../voices/keep.ts";

/** Web did not keep it; the message is a sentence for the person. */
export class NotKept extends Error {
  /** @param isFinal it will not take it later, either. */
  constructor(message: string, readonly isFinal = false) {
    super(message);
  }
}

const addressOf = (roomId: string, query: Record<string, string>) =>
  `/api/rooms/${roomId}/voice?${new URLSearchParams(query)}`;

const AWAY = "Your recording has not arrived. Check your connection.";

/**
 * Has a recording kept, and heard unless its words are known.
 *
 * @throws {NotKept} when it could not be kept; what the signal was aborted with.
 */
export async function keepVoice(
  roomId: string,
  recording: Blob,
  { language, known }: { language: string; known: boolean },
  signal?: AbortSignal,
): Promise<Heard> {
  const hear = String(!known);
  const query = { hear, ...(language && { language }) };
  let status = 0;
  let body;
  try {
    const answer = await fetch(addressOf(roomId, query), {
      method: "POST",
      headers: { "content-type": "application/octet-stream" },
      body: recording,
      signal,
    });
    ({ status } = answer);
    body = await answer.json();
  } catch {
    signal?.throwIfAborted();
    throw new NotKept(AWAY);
  }
  if (status === 201) return body;
  // On a bad line it came too slowly, which is no reason to lose it.
  const isPassing = [401, 408, 429].includes(status) || status >= 500 ||
    body.error?.code === "aborted";
  throw new NotKept(body.error?.message ?? AWAY, !isPassing);
}

/** Has one deleted that is not to be sent; what fails, web does within the hour. */
export function discardVoice(roomId: string, clip: string): void {
  fetch(addressOf(roomId, { clip }), {
    method: "DELETE",
    headers: { "content-type": "application/json" },
    body: "{}",
  }).catch(() => {});
}
