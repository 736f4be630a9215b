import { isSilent } from "../../audio/samples.ts";
import { Pool } from "../pool.ts";
import {
  assertUsable,
  type RecognitionStream,
  type Recognizer,
  recognizerBusy,
  type RecognizerStatus,
  SAMPLE_RATE,
  type StreamOptions,
  type TranscribeOptions,
  type Transcription,
} from "../recognizer.ts";
import { sentence } from "../words.ts";
import { API_LANGUAGES, apiLanguage } from "./languages.ts";
import { type ApiServer, type Patience, Requests } from "./request.ts";
import { StretchStream } from "./stream.ts";

export interface ApiOptions extends ApiServer, Partial<Patience> {
  /** Recordings the server is sent at a time. */
  requests?: number;
}

/** A server that speaks the API of OpenAI's audio/transcriptions: whisper.cpp's, speaches, Groq and others. */
export class TranscriptionApi implements Recognizer {
  readonly name = "api";
  readonly languages = API_LANGUAGES;
  readonly writes = true;
  readonly detects = true;
  readonly takesHints = true;
  #requests: Requests;
  #pool: Pool<null>;
  #closed = new AbortController();

  constructor(options: ApiOptions) {
    this.#requests = new Requests(options, {
      timeoutMs: options.timeoutMs ?? 60_000,
      attempts: options.attempts ?? 4,
      backoffMs: options.backoffMs ?? 500,
    });
    this.#pool = new Pool({
      create: () => Promise.resolve(null),
      destroy: () => {},
      size: options.requests ?? 8,
      maxWaiting: 32,
      maxWaitMs: 60_000,
      idleMs: 60_000,
      busy: recognizerBusy,
    });
  }

  status(): RecognizerStatus {
    return this.#closed.signal.aborted
      ? { state: "off", reason: "The server is stopping." }
      : { state: "ready" };
  }

  supports(language: string): boolean {
    return apiLanguage(language) !== null;
  }

  waiting(): number {
    return this.#pool.waiting;
  }

  async transcribe(
    pcm: Int16Array,
    options: TranscribeOptions,
  ): Promise<Transcription> {
    assertUsable(this, options.language);
    const duration = pcm.length / SAMPLE_RATE;
    // Whisper makes up words where there are none.
    if (isSilent(pcm)) return { text: "", words: [], duration };
    const heard = await this.#ask(pcm, options);
    return { ...heard, text: sentence([heard.text]) };
  }

  start(options: StreamOptions): Promise<RecognitionStream> {
    assertUsable(this, options.language);
    const closed = this.#closed.signal;
    const signal = AbortSignal.any([options.signal, closed]);
    return Promise.resolve(
      new StretchStream({
        ...options,
        signal,
        hear: (pcm, signal) => this.#ask(pcm, { ...options, signal }),
      }),
    );
  }

  close(): Promise<void> {
    this.#closed.abort(
      new DOMException("The server is stopping.", "AbortError"),
    );
    this.#pool.close();
    return Promise.resolve();
  }

  async #ask(
    pcm: Int16Array,
    { language, detect, prompt, hints = [], signal }: TranscribeOptions,
  ): Promise<Transcription> {
    const lease = await this.#pool.acquire(signal);
    try {
      return await this.#requests.ask({
        pcm,
        language: detect ? undefined : apiLanguage(language) ?? language,
        // Whisper spells as the text does that it is told to go on from.
        prompt: [prompt, hints.join(", ")].filter(Boolean).join(" "),
        signal,
      });
    } finally {
      lease.release();
    }
  }
}
