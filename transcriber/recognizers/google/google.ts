import type { protos, SpeechClient } from "@google-cloud/speech";
import { type GoogleAccess, speechClient } from "./client.ts";
import { isRefusedAudio, speechError } from "./errors.ts";
import { GOOGLE_LANGUAGES, googleLanguage } from "./languages.ts";
import {
  linear16,
  recognitionConfig,
  type Sendable,
  sendable,
  transcriptionOf,
} from "./results.ts";
import { GoogleStream } from "./stream.ts";
import {
  assertUsable,
  type RecognitionStream,
  type Recognizer,
  type RecognizerStatus,
  SAMPLE_RATE,
  type StreamOptions,
  type TranscribeOptions,
  type Transcription,
} from "../recognizer.ts";

type Result = protos.google.cloud.speech.v1.ISpeechRecognitionResult;

/** Where recordings too long for one request lie while the service reads them. */
export interface Staging {
  /** Stores audio for a moment. `remove` never throws: the bucket's own rules delete what is left. */
  stage(
    bytes: Uint8Array,
    contentType: string,
  ): Promise<{ uri: string; remove(): Promise<void> }>;
}

export interface GoogleOptions {
  access: GoogleAccess;
  staging: Staging;
  /**
   * Milliseconds a call may take, all its attempts together. Recordings of more than a minute have
   * half their own length besides.
   */
  timeoutMs?: number;
  /** Seconds of audio beyond which the bucket is used. */
  syncSeconds?: number;
}

/** Speech-to-Text v1 takes a minute in one request; the rest is for a header that disagrees. */
const SYNC_SECONDS = 59;

/** How often a long recording is asked after. */
const POLLING = {
  initialRetryDelayMillis: 300,
  retryDelayMultiplier: 1.5,
  maxRetryDelayMillis: 3_000,
  initialRpcTimeoutMillis: 10_000,
  rpcTimeoutMultiplier: 1,
  maxRpcTimeoutMillis: 10_000,
};

/** Google Cloud Speech-to-Text v1. The SDK is loaded and connected with the first recording. */
export class Google implements Recognizer {
  readonly name = "google";
  readonly languages = GOOGLE_LANGUAGES;
  readonly writes = true;
  readonly takesHints = true;
  #options: Required<GoogleOptions>;
  #client: Promise<SpeechClient> | null = null;
  #closed = false;

  constructor(options: GoogleOptions) {
    this.#options = {
      timeoutMs: 90_000,
      syncSeconds: SYNC_SECONDS,
      ...options,
    };
  }

  status(): RecognizerStatus {
    return this.#closed
      ? { state: "off", reason: "The server is stopping." }
      : { state: "ready" };
  }

  supports(language: string): boolean {
    return googleLanguage(language) !== null;
  }

  /** The service keeps the queue. */
  waiting(): number {
    return 0;
  }

  async transcribe(
    pcm: Int16Array,
    options: TranscribeOptions,
  ): Promise<Transcription> {
    assertUsable(this, options.language);
    const { original } = options;
    const results = await this.#recognise(pcm, sendable(pcm, original), options)
      .catch((error) => {
        // A container only browsers can read is no reason to make a person speak again.
        if (!original || !isRefusedAudio(error)) throw error;
        return this.#recognise(pcm, linear16(pcm), options);
      })
      .catch((error) => {
        options.signal.throwIfAborted();
        throw speechError(error);
      });
    return transcriptionOf(results, pcm.length / SAMPLE_RATE);
  }

  async start(options: StreamOptions): Promise<RecognitionStream> {
    assertUsable(this, options.language);
    const client = await this.#connect();
    return new GoogleStream(client, options, languageOf(options));
  }

  async close(): Promise<void> {
    this.#closed = true;
    const client = await this.#client?.catch(() => null); // told to who waited for it
    await client?.close();
  }

  /** A client that could not be made is tried again with the next recording. */
  #connect(): Promise<SpeechClient> {
    this.#client ??= speechClient(this.#options.access).catch((error) => {
      this.#client = null;
      throw speechError(error);
    });
    return this.#client;
  }

  #recognise(pcm: Int16Array, audio: Sendable, options: TranscribeOptions) {
    const inOneRequest = pcm.length <= this.#options.syncSeconds * SAMPLE_RATE;
    return inOneRequest
      ? this.#recogniseNow(audio, options)
      : this.#recogniseFromBucket(pcm.length / SAMPLE_RATE, audio, options);
  }

  async #recogniseNow(
    audio: Sendable,
    options: TranscribeOptions,
  ): Promise<Result[]> {
    const client = await this.#connect();
    const [{ results }] = await unlessAborted(
      client.recognize({
        config: recognitionConfig(audio, languageOf(options), options.hints),
        audio: { content: audio.bytes },
      }, { timeout: this.#options.timeoutMs }),
      options.signal,
    );
    return results ?? [];
  }

  async #recogniseFromBucket(
    seconds: number,
    audio: Sendable,
    options: TranscribeOptions,
  ): Promise<Result[]> {
    const { staging } = this.#options;
    const timeoutMs = this.#options.timeoutMs + seconds * 500;
    const client = await this.#connect();
    const staged = await staging.stage(audio.bytes, audio.contentType);
    try {
      options.signal.throwIfAborted();
      const longrunning = { ...POLLING, totalTimeoutMillis: timeoutMs };
      const [operation] = await client.longRunningRecognize({
        config: recognitionConfig(audio, languageOf(options), options.hints),
        audio: { uri: staged.uri },
      }, { timeout: timeoutMs, longrunning });
      const done = operation.promise();
      const [{ results }] = await unlessAborted(done, options.signal)
        .finally(() => options.signal.aborted && operation.cancel());
      return results ?? [];
    } finally {
      await staged.remove();
    }
  }
}

const languageOf = ({ language }: { language: string }): string =>
  googleLanguage(language) ?? language;

/** The SDK's calls take no signal: whoever waits is let go, and an answer that still comes is dropped. */
function unlessAborted<T>(call: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
    call.then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", abort));
  });
}
