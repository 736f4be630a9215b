import { Bucket } from "../realtime/common/bucket.ts";
import { ApiError } from "./errors.ts";
import type { Caller } from "./auth.ts";

/** What one recording may be. */
export const AUDIO_LIMITS = {
  bytes: 10 * 1024 * 1024,
  seconds: 5 * 60,
} as const;

export interface RateOptions {
  /** Recordings of one person at once; the same number again comes back over a minute. */
  person: number;
  /** Those of one program. */
  program: number;
  /** Milliseconds on a clock that never goes back. */
  now?: () => number;
}

export const DEFAULT_RATE: RateOptions = { person: 30, program: 300 };

/** Callers it remembers before it looks for those it can forget. */
const MANY = 1_000;

/** Counts transcriptions per caller. web itself is not counted. */
export class RateLimiter {
  #options: RateOptions;
  #now: () => number;
  #buckets = new Map<string, Bucket>();

  constructor(options: RateOptions = DEFAULT_RATE) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /**
   * Counts one request.
   * @throws {ApiError} 429 `rate-limited`, with the seconds until the next is allowed
   */
  take({ kind, id }: Caller): void {
    if (kind === "service") return;
    const now = this.#now();
    this.#forgetIdle(now);
    const burst = this.#options[kind];
    const bucket = this.#buckets.get(id) ?? new Bucket(burst / 60, burst, now);
    this.#buckets.set(id, bucket);
    if (bucket.take(now)) return;
    throw new ApiError({
      code: "rate-limited",
      status: 429,
      message:
        "That is a lot of recordings in a short time. Wait a moment and try again.",
      retryAfter: Math.max(1, Math.ceil(bucket.wait(now))),
    });
  }

  // Map keeps insertion order, not order of use: look at all, but only when it has grown.
  #forgetIdle(now: number): void {
    if (this.#buckets.size < MANY) return;
    for (const [id, bucket] of this.#buckets) {
      if (bucket.isFull(now)) this.#buckets.delete(id);
    }
  }
}
