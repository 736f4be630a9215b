/** The words of a recording that is complete. */
import { DictationError } from "./recorder.ts";
import type { Token } from "./token.ts";

/**
 * The words of a recording.
 *
 * @throws {DictationError} when there are none or they cannot be had; the recording may be
 * sent again.
 */
export async function transcribe(
  transcriberUrl: string,
  getToken: () => Promise<Token>,
  audio: Blob,
  signal: AbortSignal,
): Promise<string> {
  const response = await getToken()
    .then(({ token }) =>
      fetch(`${transcriberUrl}/transcribe`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": audio.type,
        },
        body: audio,
        signal,
      })
    )
    .catch((error) => {
      throw new DictationError(
        error.final
          ? error.message
          : "Speech recognition cannot be reached now.",
      );
    });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    const { status } = response;
    throw new DictationError(
      answer.error?.message ?? "Speech recognition failed. Try again.",
      status < 500 && status !== 401 && status !== 429,
    );
  }
  const text = (answer.text ?? "").trim();
  if (!text) {
    throw new DictationError("No words were recognised.", true);
  }
  return text;
}
