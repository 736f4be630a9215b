import { RATES } from "../access/table.ts";
import { Bucket } from "../common/bucket.ts";
import { FrameError } from "../frame-fields.ts";

/** Messages, edits, deletions and reactions a person may send, however they are connected. */
export interface Rates {
  messageRate: number;
  messageBurst: number;
}

/** Refusals in a row after which a socket is flooding. */
const REFUSAL_LIMIT = 100;
/** Frames that were not frames, in all. */
const BAD_LIMIT = 10;

/** A bucket of a rate of the table. */
const bucketOf = (name: keyof typeof RATES): Bucket =>
  new Bucket(RATES[name].rate, RATES[name].burst);

const tooFast = (ref: string) =>
  new FrameError(
    "rate-limited",
    "That was too fast; wait a moment.",
    ref,
    true,
  );

/** What one person may still do here, by all their sockets and by HTTP together. */
export class PersonLimits {
  #messages: Bucket | undefined;
  #requests: Bucket | undefined;
  #searches: Bucket | undefined;
  #typing: Bucket | undefined;

  constructor(readonly rates: Rates) {}

  /** @throws {FrameError} `rate-limited` */
  takeMessage(ref: string): void {
    const { messageRate, messageBurst } = this.rates;
    this.#messages ??= new Bucket(messageRate, messageBurst);
    if (!this.#messages.take()) throw tooFast(ref);
  }

  /** By HTTP: @throws {FrameError} `rate-limited` */
  takeRequest(ref: string): void {
    this.#requests ??= bucketOf("requests");
    if (!this.#requests.take()) throw tooFast(ref);
  }

  /** A search reads much: @throws {FrameError} `rate-limited` */
  takeSearch(ref: string): void {
    this.#searches ??= bucketOf("searches");
    if (!this.#searches.take()) throw tooFast(ref);
  }

  /** One hint more or less is no loss, and an error would be noise: true if it may go. */
  takeTyping(): boolean {
    this.#typing ??= bucketOf("typing");
    return this.#typing.take();
  }

  /** Whether nothing is used up, so that it need not be remembered. */
  get isFresh(): boolean {
    return [this.#messages, this.#requests, this.#searches, this.#typing]
      .every((bucket) => bucket?.isFull() ?? true);
  }
}

/** What one socket may still do, besides what its person may. */
export class SocketLimits {
  #refusals = 0;
  #bad = 0;
  #requests: Bucket | undefined;
  #refused: Bucket | undefined;

  /** @throws {FrameError} `rate-limited` */
  takeMessage(person: PersonLimits, ref: string): void {
    this.#counting(() => person.takeMessage(ref));
  }

  /** @throws {FrameError} `rate-limited` */
  takeRequest(ref: string): void {
    const bucket = this.#requests ??= bucketOf("requests");
    this.#counting(() => {
      if (!bucket.take()) throw tooFast(ref);
    });
  }

  /** Counts a frame that was none; true if that was one too many. */
  countBad(): boolean {
    this.#bad += 1;
    return this.#bad >= BAD_LIMIT;
  }

  /** Counts a frame that was refused for what is in it; true if that was one too many. */
  countRefused(): boolean {
    this.#refused ??= bucketOf("refusals");
    return !this.#refused.take();
  }

  get flooding(): boolean {
    return this.#refusals > REFUSAL_LIMIT;
  }

  #counting(take: () => void): void {
    try {
      take();
      this.#refusals = 0;
    } catch (error) {
      this.#refusals += 1;
      throw error;
    }
  }
}

/** Whether a text has more bytes than so many; it is only counted when it might. */
export const isLongerThan = (text: string, bytes: number): boolean =>
  text.length > bytes ||
  (text.length * 3 > bytes && Buffer.byteLength(text) > bytes);
