import {
  transcribe,
  type Transcribed,
} from "../../client/browser/transcribe.ts";
import { AppError } from "../../errors.ts";
import type { Person, Services } from "../../services.ts";
import {
  type TranscriberState,
  transcriberState,
} from "../pages/transcriber.ts";

/** Browsers and proxies wait about this long for a page: ms. */
const PATIENCE = 100_000;

/** Why there is no dictation, and what to do; undefined when there is. */
export const DICTATION_OFF: Record<TranscriberState, string | undefined> = {
  ready: undefined,
  off:
    "Dictation is off: this server has no speech recogniser. Whoever runs it can install PocketSphinx.",
  silent:
    "Dictation is down: the speech recogniser is not responding. Try again in a minute.",
};

const refused = (message: string, cause?: unknown): AppError =>
  new AppError({
    code: "not-transcribed",
    status: 422,
    message,
    fields: { recording: message },
    cause,
  });

/** What is known of a recording before it is heard. */
export interface About {
  /** Names that are likely to be said. */
  hints: readonly string[];
  /** Whether marks are spoken by name: “comma”, “new line”. */
  spoken: boolean;
}

/** Characters of names that the transcriber takes. */
const HINTS = 2_000;

function queryOf({ hints, spoken }: About): string {
  // A comma stands between two names, and half a name would be another.
  const names = hints.map((hint) => hint.replaceAll(",", " "))
    .filter((_, i, all) => all.slice(0, i + 1).join(",").length <= HINTS);
  const query = new URLSearchParams({ hints: names.join(",") });
  if (spoken) query.set("spoken", "true");
  return `?${query}`;
}

/**
 * The words of a recording that came in a form.
 *
 * @throws {AppError} `not-transcribed` (422) with `fields.recording`, in the transcriber's words
 * where it says why.
 */
export async function wordsOf(
  s: Services,
  account: Person,
  recording: File | null,
  about: About = { hints: [], spoken: false },
): Promise<Transcribed> {
  if (recording === null || recording.size === 0) {
    throw refused("Choose a recording.");
  }
  const off = DICTATION_OFF[await transcriberState(s.config)];
  if (off) throw refused(off);
  const audio = new Blob([recording], {
    // Browsers name what they do not know `application/octet-stream`, or nothing.
    type: recording.type || "application/octet-stream",
  });
  const token = () => s.signer.personToken("transcriber", account);
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    return await transcribe(
      s.config.transcriberUrl,
      token,
      audio,
      signal,
      undefined,
      queryOf(about),
    );
  } catch (error) {
    throw refused((error as Error).message, error);
  }
}
