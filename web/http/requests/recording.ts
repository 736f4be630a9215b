import {
  transcribe,
  type Transcribed,
} from "../../client/browser/transcribe.ts";
import { wishesOf } from "../../dictation/wishes.ts";
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
  /** The room it is made in. */
  roomId: string;
  /** Whether marks are spoken by name: “comma”, “new line”. */
  spoken: boolean;
  /** The BCP 47 tag of what is spoken; empty: not said. */
  language: string;
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
  { roomId, spoken, language }: About,
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
  const wishes = await wishesOf(s, account.id, roomId);
  const dictation = { ...wishes, spoken };
  const token = () =>
    s.signer.personToken("transcriber", account, { dictation });
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    return await transcribe(
      s.config.transcriberUrl,
      token,
      audio,
      signal,
      undefined,
      language,
    );
  } catch (error) {
    throw refused((error as Error).message, error);
  }
}
