/** The words of a recording that is complete. */
import { DictationError } from "./recorder.ts";
import type { Token } from "./token.ts";

/** A short recording has this long, its wait for others and the way to and fro included: ms. */
const PATIENCE = 30_000;

/** The words of a recording, and what to look at before they are sent. */
export interface Transcribed {
  text: string;
  /** The end of the recording was missing. */
  cut: boolean;
  /** Words the recogniser is not sure of. */
  doubtful: readonly string[];
}

/** Confidence below which a word is doubtful: words heard right have 0.80 on average, wrong ones 0.35. */
const DOUBTFUL = 0.5;

/** Words the recogniser is not sure of. Only zeros mean that the engine does not tell. */
export const doubtfulOf = (
  words: { word: string; confidence: number }[] = [],
): string[] =>
  words.some(({ confidence }) => confidence > 0)
    ? words.filter(({ confidence }) => confidence < DOUBTFUL)
      .map(({ word }) => word)
    : [];

const languageQuery = (language: string) =>
  language && `?${new URLSearchParams({ language })}`;

/**
 * The words of a recording. A transcriber that says nothing is given up: a second longer for
 * every 8 KB.
 *
 * @param language the BCP 47 tag of what is spoken; empty: nobody said
 * @throws {DictationError} when there are none or they cannot be had; the recording may be
 * sent again.
 */
export async function transcribe(
  transcriberUrl: string,
  getToken: () => Promise<Token>,
  audio: Blob,
  signal: AbortSignal,
  patience = PATIENCE,
  language = "",
): Promise<Transcribed> {
  const late = AbortSignal.timeout(patience + audio.size / 8);
  const slow = () =>
    new DictationError("Speech recognition takes too long. Try again.");
  const response = await getToken()
    .then(({ token }) =>
      fetch(`${transcriberUrl}/transcribe${languageQuery(language)}`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": audio.type,
        },
        body: audio,
        signal: AbortSignal.any([signal, late]),
      })
    )
    .catch((error) => {
      if (late.aborted) throw slow();
      throw new DictationError(
        error.final
          ? error.message
          : "Speech recognition cannot be reached now.",
      );
    });
  const answer = await response.json().catch(() => {
    if (late.aborted) throw slow();
    return {};
  });
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
  return {
    text,
    cut: answer.cut === true,
    doubtful: doubtfulOf(answer.words),
  };
}
