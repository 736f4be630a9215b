import { Bucket } from "./bucket.ts";
import { FrameError } from "./frames.ts";

/** Messages, edits, deletions and reactions a socket may send. */
export interface Rates {
  messageRate: number;
  messageBurst: number;
}

/** Refusals in a row after which a socket is flooding. */
const REFUSAL_LIMIT = 100;
/** Frames that were not frames, in all. */
const BAD_LIMIT = 10;
/** Joins, renewals and read positions: a person may have many rooms, all at once. */
const REQUEST_RATE = 20;
const REQUEST_BURST = 200;
/** Frames refused for what is in them: a client of ours sends next to none. */
const REFUSED_RATE = 10;
const REFUSED_BURST = 200;

/** What one socket may still do. */
export class Limits {
  #refusals = 0;
  #bad = 0;
  #messages: Bucket | undefined;
  #requests: Bucket | undefined;
  #searches: Bucket | undefined;
  #typing: Bucket | undefined;
  #refused: Bucket | undefined;

  constructor(readonly rates: Rates) {}

  /** @throws {FrameError} `rate-limited` */
  takeMessage(ref: string): void {
    const { messageRate, messageBurst } = this.rates;
    this.#messages ??= new Bucket(messageRate, messageBurst);
    this.#take(this.#messages, ref);
  }

  /** @throws {FrameError} `rate-limited` */
  takeRequest(ref: string): void {
    this.#requests ??= new Bucket(REQUEST_RATE, REQUEST_BURST);
    this.#take(this.#requests, ref);
  }

  /** A search reads much: @throws {FrameError} `rate-limited` */
  takeSearch(ref: string): void {
    this.#searches ??= new Bucket(2, 20);
    this.#take(this.#searches, ref);
  }

  /** One hint more or less is no loss, and an error would be noise: true if it may go. */
  takeTyping(): boolean {
    this.#typing ??= new Bucket(1, 5);
    return this.#typing.take();
  }

  /** Counts a frame that was none; true if that was one too many. */
  countBad(): boolean {
    this.#bad += 1;
    return this.#bad >= BAD_LIMIT;
  }

  /** Counts a frame that was refused for what is in it; true if that was one too many. */
  countRefused(): boolean {
    this.#refused ??= new Bucket(REFUSED_RATE, REFUSED_BURST);
    return !this.#refused.take();
  }

  get flooding(): boolean {
    return this.#refusals > REFUSAL_LIMIT;
  }

  #take(bucket: Bucket, ref: string): void {
    if (bucket.take()) {
      this.#refusals = 0;
      return;
    }
    this.#refusals += 1;
    const why = "That was too fast; wait a moment.";
    throw new FrameError("rate-limited", why, ref, true);
  }
}
