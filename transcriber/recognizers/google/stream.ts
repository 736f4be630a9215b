import type { protos, SpeechClient } from "@google-cloud/speech";
import { isSpent, speechError } from "./errors.ts";
import {
  bytesOf,
  linear16,
  recognitionConfig,
  secondsOf,
  textOf,
  wordsOf,
} from "./results.ts";
import {
  type RecognitionStream,
  SAMPLE_RATE,
  type StreamOptions,
} from "../recognizer.ts";

type Response = protos.google.cloud.speech.v1.IStreamingRecognizeResponse;
// The call under the SDK's `streamingRecognize`, which wraps it in streams that cannot end it.
type Call = ReturnType<SpeechClient["_streamingRecognize"]>;

/** Samples of one message: the service takes at most 25 kB of audio in it. */
const PIECE = 12_000;

/** Milliseconds of one call; the service itself ends it after 305 s. */
const CALL_MS = 320_000;

/**
 * One live recognition. The service ends a call after five minutes, or when no audio came for some
 * seconds; the next piece then opens another, which first hears again what was not settled.
 */
export class GoogleStream implements RecognitionStream {
  #client: SpeechClient;
  #options: StreamOptions;
  #language: string;
  #call: Call | null = null;
  #ended: Promise<void> = Promise.resolve();
  #failure: unknown = null;
  #closed = false;
  #tail: Promise<void> = Promise.resolve();
  /** Audio since the last final. */
  #unsettled: Int16Array[] = [];
  /** Where that begins in the whole stream, and where the call's own times begin: samples. */
  #settledAt = 0;
  #callAt = 0;
  #partial = "";

  constructor(client: SpeechClient, options: StreamOptions, language: string) {
    this.#client = client;
    this.#options = options;
    this.#language = language;
    options.signal.addEventListener("abort", () => this.#hangUp());
  }

  feed(pcm: Int16Array): Promise<void> {
    return this.#inOrder(async () => {
      for (let at = 0; at < pcm.length; at += PIECE) {
        this.#assertWanted();
        await this.#connect();
        const piece = pcm.slice(at, at + PIECE);
        this.#unsettled.push(piece);
        await this.#send(piece);
      }
    });
  }

  finish(): Promise<void> {
    return this.#inOrder(async () => {
      this.#assertWanted();
      // Twice, for a call may be spent at this very moment.
      for (let spent = true, tries = 0; spent && tries < 2; tries++) {
        if (this.#unsettled.length > 0) await this.#connect();
        this.#call?.end();
        await this.#ended;
        this.#assertWanted();
        spent = this.#call === null;
      }
      this.#call = null;
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#hangUp();
    return this.#tail;
  }

  #inOrder(job: () => Promise<void>): Promise<void> {
    const done = this.#tail.then(job);
    this.#tail = done.catch(() => {}); // the caller of this job gets its error; the next need not
    return done;
  }

  #assertWanted(): void {
    this.#options.signal.throwIfAborted();
    if (this.#closed) throw new DOMException("stream closed", "AbortError");
    if (this.#failure) throw speechError(this.#failure);
  }

  #hangUp(): void {
    this.#call?.cancel();
  }

  async #connect(): Promise<void> {
    if (this.#call) return;
    this.#callAt = this.#settledAt;
    const call = this.#client._streamingRecognize({ timeout: CALL_MS });
    this.#call = call;
    this.#ended = new Promise((resolve) => {
      call.on("data", (response: Response) => this.#hear(response));
      call.on("error", (error: unknown) => this.#lose(error, resolve));
      call.on("end", resolve);
      call.on("close", resolve);
    });
    const config = recognitionConfig(
      linear16(new Int16Array()),
      this.#language,
      this.#options.hints,
    );
    call.write({ streamingConfig: { config, interimResults: true } });
    for (const piece of this.#unsettled) await this.#send(piece);
  }

  /** Resolves when the call has room for more, or has ended: the next step will find out. */
  #send(piece: Int16Array): Promise<void> {
    const call = this.#call;
    if (!call || call.write({ audioContent: bytesOf(piece) })) {
      return Promise.resolve();
    }
    const drained = new Promise<void>((resolve) => call.once("drain", resolve));
    return Promise.race([drained, this.#ended]);
  }

  #lose(error: unknown, ended: () => void): void {
    this.#call = null;
    if (!isSpent(error)) this.#failure = error;
    ended();
  }

  #hear({ results, error }: Response): void {
    if (this.#closed || this.#options.signal.aborted) return;
    // The service may tell of a failure in an answer, as google.rpc.Status.
    if (error) this.#call?.destroy(Object.assign(new Error(), error));
    const guesses: string[] = [];
    for (const result of results ?? []) {
      const best = result.alternatives?.[0];
      if (!best) continue;
      const text = textOf(best);
      if (!result.isFinal) {
        guesses.push(text);
        continue;
      }
      const end = secondsOf(result.resultEndTime);
      this.#settle(end);
      const began = this.#callAt / SAMPLE_RATE;
      const words = wordsOf(best, began);
      const until = began + end;
      if (text) this.#options.onUpdate({ type: "final", text, words, until });
    }
    this.#guess(guesses.join(" ").trim());
  }

  #guess(text: string): void {
    if (text === "" || text === this.#partial) return;
    this.#partial = text;
    this.#options.onUpdate({ type: "partial", text });
  }

  /** Forgets the audio up to `seconds` of the call: its words are known. */
  #settle(seconds: number): void {
    this.#partial = "";
    const until = this.#callAt + Math.round(seconds * SAMPLE_RATE);
    while (this.#unsettled.length > 0) {
      const end = this.#settledAt + this.#unsettled[0].length;
      if (end > until) return;
      this.#unsettled.shift();
      this.#settledAt = end;
    }
  }
}
