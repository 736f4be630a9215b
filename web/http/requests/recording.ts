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

/** What to throw for a recording that nothing could be made of; a sentence that says why. */
export const notTranscribed = (message: string, cause?: unknown): AppError =>
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
  /** Whether marks are spoken by name: “comma”, “new line”; undefined: as the account says. */
  spoken?: boolean;
  /** The BCP 47 tag of what is spoken; empty: not said. */
  language: string;
  /** It is only to be kept: its words are known, and their times follow. */
  unheard?: boolean;
  /** Aborted when whoever sent it does not wait any more, as far as that is told. */
  gone?: AbortSignal;
}

/**
 * The words of a recording that came in a form.
 *
 * @throws {AppError} `not-transcribed` (422) with `fields.recording`, in the transcriber's words
 * where it says why.
 */
export async function wordsOf(
  s: Pick<Services, "config" | "kv" | "signer">,
  account: Person,
  recording: Blob,
  { roomId, spoken, language, gone }: About,
): Promise<Transcribed> {
  const off = DICTATION_OFF[await transcriberState(s.config)];
  if (off) throw notTranscribed(off);
  const audio = new Blob([recording], {
    // Browsers name what they do not know `application/octet-stream`, or nothing.
    type: recording.type || "application/octet-stream",
  });
  const wishes = await wishesOf(s, account.id, roomId);
  const dictation = { ...wishes, ...(spoken !== undefined && { spoken }) };
  const token = () =>
    s.signer.personToken("transcriber", account, { dictation });
  try {
    const late = AbortSignal.timeout(PATIENCE);
    const signal = gone ? AbortSignal.any([gone, late]) : late;
    return await transcribe(
      s.config.transcriberUrl,
      token,
      audio,
      signal,
      undefined,
      language,
    );
  } catch (error) {
    throw notTranscribed((error as Error).message, error);
  }
}
