import { languageInWords } from "../../realtime/common/language-in-words.ts";
import { ApiError } from "../http/errors.ts";

/** Hertz of all audio a recogniser takes: mono, signed 16-bit. */
export const SAMPLE_RATE = 16_000;

export interface Word {
  word: string;
  /** Seconds from the beginning of the recording. */
  start: number;
  end: number;
  /** 0 to 1, as the engine sees it. */
  confidence: number;
}

export interface Transcription {
  /** The words as a person would type them; empty when none were heard. */
  text: string;
  words: Word[];
  /** Seconds of audio. */
  duration: number;
}

export type RecognizerStatus =
  | { state: "ready" }
  /** `reason` tells the operator what to do. */
  | { state: "off"; reason: string };

/**
 * News of a stream. A `partial` is a guess at the words since the last `final` and replaces
 * the partial before it; a `final` settles them. Joined with spaces, the finals are the whole text.
 */
export type Update =
  | { type: "partial"; text: string }
  | {
    type: "final";
    text: string;
    words: Word[];
    /** Seconds from the beginning of the stream: what was said until then is settled. */
    until: number;
  };

export interface RecognitionStream {
  /**
   * Takes the next piece of audio, of any length. Resolves when the engine is ready for more,
   * so that awaiting it keeps a fast sender from piling up audio.
   * @throws the reason of the stream's signal, once aborted
   */
  feed(pcm: Int16Array): Promise<void>;
  /** Settles what is left; resolves after the last `final` was delivered. */
  finish(): Promise<void>;
  /** Gives up the engine; safe at any time and more than once. */
  close(): Promise<void>;
}

export interface TranscribeOptions {
  /** A BCP 47 tag, for example `en-US`. */
  language: string;
  /** Nobody named the language: an engine that can tell it does. */
  detect?: boolean;
  /** Aborted when nobody waits for the answer any more: the engine stops working on it. */
  signal: AbortSignal;
  /** Text that guides the spelling, for engines that take it. */
  prompt?: string;
  /** Names and words that are likely to be said, for engines that take them. */
  hints?: readonly string[];
  /** Whether marks are spoken by name: “comma”, “new line”. */
  spoken?: boolean;
  /** What `pcm` was decoded from, when that was Opus. */
  original?: OpusOriginal;
}

/** A recording as it was sent: mono Opus, for engines that take it undecoded. */
export interface OpusOriginal {
  bytes: Uint8Array;
  container: "webm" | "ogg";
  /** Hertz, as the header says. */
  sampleRate: number;
}

export interface StreamOptions extends Omit<TranscribeOptions, "original"> {
  /** Called in order; must not throw. */
  onUpdate(update: Update): void;
}

/** A speech engine. Each one passes the suite in `contract.ts`. */
export interface Recognizer {
  readonly name: string;
  status(): RecognizerStatus;
  /** The BCP 47 languages it is made for; `supports` may take more, such as other regions. */
  readonly languages: readonly string[];
  /** Whether its text has numbers in digits, as people write. */
  readonly writes?: boolean;
  /** Whether it tells by itself which of its languages is spoken, when nobody says. */
  readonly detects?: boolean;
  /** Whether names and words that are likely to be said help it. */
  readonly takesHints?: boolean;
  /** Whether the engine knows this BCP 47 language. */
  supports(language: string): boolean;
  /** Recordings and streams that wait for a decoder now. */
  waiting(): number;
  /**
   * The words of a whole recording at 16 kHz.
   * @throws {ApiError} 503 `recognizer-off`, 503 `recognizer-busy`, 422 `language-unsupported`,
   * 422 `audio-not-understood`;
   * the reason of `signal`, once aborted
   */
  transcribe(
    pcm: Int16Array,
    options: TranscribeOptions,
  ): Promise<Transcription>;
  /** Begins to recognise while the audio is still being spoken. Throws as `transcribe` does. */
  start(options: StreamOptions): Promise<RecognitionStream>;
  /** Frees the engine; streams that are still open fail. */
  close(): Promise<void>;
}

/** The answer while no engine is installed. */
export const recognizerOff = (): ApiError =>
  new ApiError({
    code: "recognizer-off",
    status: 503,
    message:
      "Dictation is switched off on this server. Type your message instead.",
  });

/** The answer while every decoder is taken and the queue is full. */
export const recognizerBusy = (): ApiError =>
  new ApiError({
    code: "recognizer-busy",
    status: 503,
    message: "Many people are dictating right now. Try again in a moment.",
    retryAfter: 5,
  });

/** The answer to sound that is more likely noise or music than words. */
export const notUnderstood = (): ApiError =>
  new ApiError({
    code: "audio-not-understood",
    status: 422,
    message:
      "We could not make out any words. Speak closer to the microphone, away from noise and music.",
  });

/** The language that is meant when none is named: English where the engine knows it, or its first. */
export const usualLanguage = (
  recognizer: Pick<Recognizer, "supports" | "languages">,
): string =>
  recognizer.supports(USUAL) ? USUAL : recognizer.languages[0] ?? USUAL;

const USUAL = "en-US";

/** @throws {ApiError} 503 `recognizer-off` or 422 `language-unsupported` */
export function assertUsable(recognizer: Recognizer, language: string): void {
  if (recognizer.status().state === "off") throw recognizerOff();
  if (!recognizer.supports(language)) {
    throw new ApiError({
      code: "language-unsupported",
      status: 422,
      message: `This server does not understand ${
        languageInWords(language)
      }. Choose another language, such as ${
        languageInWords(usualLanguage(recognizer))
      }.`,
    });
  }
}
