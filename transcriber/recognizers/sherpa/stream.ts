import type { Lease } from "../pool.ts";
import {
  type RecognitionStream,
  SAMPLE_RATE,
  type StreamOptions,
} from "../recognizer.ts";
import { encodePcm, type ToChild } from "./protocol.ts";
import type { SherpaProcess } from "./process.ts";

/** Samples sent at once: how soon partial text and an abort are noticed. */
const STEP = SAMPLE_RATE / 5;

/** One conversation with the child: a piece is sent when the one before has been heard. */
export class SherpaStream implements RecognitionStream {
  #process: SherpaProcess;
  #lease: Lease<null>;
  #options: StreamOptions;
  #patienceMs: number;
  #id: number;
  #answer: PromiseWithResolvers<void> | null = null;
  #failure: Error | null = null;
  #closed = false;
  #tail: Promise<void> = Promise.resolve();

  constructor(
    process: SherpaProcess,
    lease: Lease<null>,
    options: StreamOptions,
    patienceMs: number,
    language: string | undefined,
  ) {
    this.#process = process;
    this.#lease = lease;
    this.#options = options;
    this.#patienceMs = patienceMs;
    this.#id = process.open({
      update: (update) => {
        if (!this.#closed && !options.signal.aborted) options.onUpdate(update);
      },
      done: () => this.#answer?.resolve(),
      fail: (error) => {
        this.#failure = error;
        this.#answer?.reject(error);
      },
    }, language);
  }

  feed(pcm: Int16Array): Promise<void> {
    return this.#inOrder(async () => {
      for (let at = 0; at < pcm.length; at += STEP) {
        const piece = encodePcm(pcm.subarray(at, at + STEP));
        await this.#ask({ type: "audio", id: this.#id, pcm: piece });
      }
    });
  }

  finish(): Promise<void> {
    return this.#inOrder(async () => {
      await this.#ask({ type: "finish", id: this.#id });
      this.#process.praise();
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#tail = this.#tail.then(() => {
      this.#process.close(this.#id);
      this.#lease.release();
    });
    return this.#tail;
  }

  #inOrder(job: () => Promise<void>): Promise<void> {
    const done = this.#tail.then(job);
    this.#tail = done.catch(() => {}); // the caller of this job gets its error; the next need not
    return done;
  }

  async #ask(message: ToChild): Promise<void> {
    this.#options.signal.throwIfAborted();
    if (this.#closed) throw new DOMException("stream closed", "AbortError");
    if (this.#failure) throw this.#failure;
    this.#answer = Promise.withResolvers();
    const late = setTimeout(() => this.#process.giveUp(), this.#patienceMs);
    try {
      this.#process.send(message);
      await this.#answer.promise;
    } finally {
      clearTimeout(late);
      this.#answer = null;
    }
  }
}
