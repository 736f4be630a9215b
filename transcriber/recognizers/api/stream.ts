import type {
  RecognitionStream,
  StreamOptions,
  Transcription,
} from "../recognizer.ts";
import { SAMPLE_RATE } from "../recognizer.ts";
import { type Stretch, Stretches } from "../stretches.ts";
import { sentence } from "../words.ts";

export interface StretchOptions extends StreamOptions {
  /** Recognises one stretch of speech. */
  hear(pcm: Int16Array, signal: AbortSignal): Promise<Transcription>;
}

/** Stretches that may wait to be heard before a speaker has to wait. */
const WAITING = 2;
/** Seconds before the first guess, 0.3 of quiet included; the time between guesses then grows. */
const FIRST_GUESS = 0.6;
const LATER = 1.6;
/** Seconds that may be said while a guess is made; then the speaker waits for it. */
const LEAD = 0.5;

/**
 * Live text from an engine that only takes whole recordings: each stretch between two pauses is
 * one, and while it is being said, what there is of it is guessed at. All guesses together are
 * at most three times what is said.
 */
export class StretchStream implements RecognitionStream {
  #options: StretchOptions;
  #stretches = new Stretches();
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #guessing: Promise<void> | null = null;
  #guessAt = FIRST_GUESS;
  #sinceGuess = 0;
  #settled = 0;
  #failure: unknown;
  #closed = new AbortController();
  #signal: AbortSignal;

  constructor(options: StretchOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#closed.signal]);
  }

  async feed(pcm: Int16Array): Promise<void> {
    this.#check();
    for (const stretch of this.#stretches.push(pcm)) this.#settle(stretch);
    this.#guess();
    this.#sinceGuess += pcm.length / SAMPLE_RATE;
    if (this.#sinceGuess > LEAD) await this.#guessing;
    if (this.#waiting > WAITING) await this.#tail;
    this.#check();
  }

  async finish(): Promise<void> {
    this.#check();
    const last = this.#stretches.end();
    if (last) this.#settle(last);
    await this.#tail;
    this.#check();
  }

  async close(): Promise<void> {
    this.#closed.abort(new DOMException("stream closed", "AbortError"));
    await Promise.all([this.#tail, this.#guessing]);
  }

  /** @throws what a stretch failed with, or that there is nobody to hear it */
  #check(): void {
    this.#signal.throwIfAborted();
    if (this.#failure) throw this.#failure;
  }

  #settle({ pcm, start }: Stretch): void {
    this.#settled++;
    this.#guessAt = FIRST_GUESS;
    this.#waiting++;
    const heard = this.#options.hear(pcm, this.#signal);
    heard.catch(() => {}); // told in its turn
    this.#tail = this.#tail.then(async () => {
      try {
        this.#tell(await heard, start, start + pcm.length);
      } catch (error) {
        this.#failure ??= error;
      } finally {
        this.#waiting--;
      }
    });
  }

  /** Tells the words of the samples from one to another. */
  #tell({ text, words }: Transcription, from: number, to: number): void {
    if (text === "" || this.#signal.aborted || this.#failure) return;
    const start = from / SAMPLE_RATE;
    this.#options.onUpdate({
      type: "final",
      text: sentence([text]),
      words: words.map((word) => ({
        ...word,
        start: start + word.start,
        end: start + word.end,
      })),
      until: to / SAMPLE_RATE,
    });
  }

  #guess(): void {
    if (this.#guessing || this.#waiting > 0) return;
    const open = this.#stretches.open();
    const seconds = (open?.pcm.length ?? 0) / SAMPLE_RATE;
    if (!open || seconds < this.#guessAt) return;
    this.#guessAt = seconds * LATER;
    this.#sinceGuess = 0;
    const of = this.#settled;
    this.#guessing = this.#options.hear(open.pcm, this.#signal).then(
      ({ text }) => {
        const stale = of !== this.#settled || this.#signal.aborted;
        if (text === "" || stale) return;
        this.#options.onUpdate({ type: "partial", text: sentence([text]) });
      },
      () => {},
    ) // the stretch itself will say what fails
      .finally(() => this.#guessing = null);
  }
}
