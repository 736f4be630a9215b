import type { Decoder } from "./decoder.ts";
import { respelled, type Spelling } from "./hints.ts";
import { Loudness } from "../loudness.ts";
import type { Lease } from "../pool.ts";
import {
  type RecognitionStream,
  SAMPLE_RATE,
  type StreamOptions,
} from "../recognizer.ts";
import { cleanWord, cleanWords, isUnderstood, sentence } from "../words.ts";

/** Samples given to the decoder at once: how soon partial text and an abort are noticed. */
const STEP = SAMPLE_RATE / 5;

/** Seconds after which an utterance is settled even though the speaker has not paused. */
const LONGEST_UTTERANCE = 30;

/** Splits a stream at the speaker's pauses and recognises one utterance after another. */
export class PocketSphinxStream implements RecognitionStream {
  #lease: Lease<Decoder>;
  #spelling: Spelling;
  #options: StreamOptions;
  #tail: Promise<void> = Promise.resolve();
  #closed = false;
  #open = false;
  #broken = false;
  #heard = false;
  #samples = 0;
  #all = 0;
  #loudness = new Loudness();
  #partial = "";
  #begun = false;

  constructor(
    lease: Lease<Decoder>,
    spelling: Spelling,
    options: StreamOptions,
  ) {
    this.#lease = lease;
    this.#spelling = spelling;
    this.#options = options;
  }

  feed(pcm: Int16Array): Promise<void> {
    return this.#inOrder(async () => {
      for (let at = 0; at < pcm.length; at += STEP) {
        this.#assertWanted();
        await this.#step(pcm.subarray(at, at + STEP));
      }
    });
  }

  finish(): Promise<void> {
    return this.#inOrder(async () => {
      this.#assertWanted();
      if (this.#open) await this.#settle();
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#tail = this.#tail.then(() => this.#release());
    return this.#tail;
  }

  /** The decoder takes one call at a time, so each waits for the one before. */
  #inOrder(job: () => Promise<void>): Promise<void> {
    const done = this.#tail.then(job);
    this.#tail = done.catch(() => {}); // the caller of this job gets its error; the next need not
    return done;
  }

  #assertWanted(): void {
    this.#options.signal.throwIfAborted();
    if (this.#closed) throw new DOMException("stream closed", "AbortError");
  }

  async #step(pcm: Int16Array): Promise<void> {
    await this.#guarded(async (decoder) => {
      if (!this.#begun) decoder.forget();
      this.#begun = true;
      if (!this.#open) decoder.beginUtterance();
      this.#open = true;
      await decoder.process(pcm);
      this.#all += pcm.length;
      this.#loudness.take(pcm);
      if (!decoder.inSpeech()) {
        if (this.#heard) await this.#settle();
        return;
      }
      this.#heard = true;
      this.#samples += pcm.length;
      if (this.#samples > LONGEST_UTTERANCE * SAMPLE_RATE) await this.#settle();
      else await this.#guess(decoder);
    });
  }

  async #guess(decoder: Decoder): Promise<void> {
    const raw = (await decoder.hypothesis()).split(" ");
    const words = raw.flatMap((word) => cleanWord(word) ?? [])
      .map(this.#spelling);
    const text = sentence(words);
    if (text === "" || text === this.#partial) return;
    this.#partial = text;
    this.#options.onUpdate({ type: "partial", text });
  }

  #settle(): Promise<void> {
    return this.#guarded(async (decoder) => {
      this.#open = false;
      this.#heard = false;
      this.#samples = 0;
      this.#partial = "";
      await decoder.endUtterance();
      const words = respelled(
        cleanWords(await decoder.segments()),
        this.#spelling,
      );
      const loudness = this.#loudness;
      const isSpeech = words.length > 0 && loudness.isOfSpeech(words);
      loudness.forget();
      if (words.length === 0) return;
      if (!isSpeech || !isUnderstood(words)) {
        // Takes back what was guessed.
        this.#options.onUpdate({ type: "partial", text: "" });
        return;
      }
      const text = sentence(words.map((word) => word.word));
      const until = this.#all / SAMPLE_RATE;
      this.#options.onUpdate({ type: "final", text, words, until });
    });
  }

  /** A decoder that failed once is not lent again. */
  async #guarded(job: (decoder: Decoder) => Promise<void>): Promise<void> {
    try {
      await job(this.#lease.item);
    } catch (error) {
      this.#broken = true;
      throw error;
    }
  }

  async #release(): Promise<void> {
    try {
      if (this.#open && !this.#broken) await this.#lease.item.endUtterance();
    } catch {
      this.#broken = true; // closing must not fail: the decoder is thrown away instead
    }
    this.#open = false;
    this.#lease.release(this.#broken);
  }
}
