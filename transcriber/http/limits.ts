import { Buckets } from "../../realtime/common/buckets.ts";
import { ApiError } from "./errors.ts";
import type { Caller } from "../access/auth.ts";

/** What one recording may be. */
export const AUDIO_LIMITS = {
  /** As OpenAI takes it. */
  bytes: 25 * 1024 * 1024,
  /** Of a recording in JSON, which is held twice: as text and as bytes. */
  inJson: 10 * 1024 * 1024,
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

/** Counts transcriptions per caller. web itself is not counted. */
export class RateLimiter {
  readonly #buckets = new Buckets();

  constructor(readonly options: RateOptions = DEFAULT_RATE) {}

  /**
   * Counts one request.
   * @throws {ApiError} 429 `rate-limited`, with the seconds until the next is allowed
   */
  take({ kind, id }: Caller): void {
    if (kind === "service") return;
    const burst = this.options[kind];
    const now = this.options.now?.();
    const wait = this.#buckets.take(id, burst / 60, burst, now);
    if (wait === 0) return;
    throw new ApiError({
      code: "rate-limited",
      status: 429,
      message:
        "That is a lot of recordings in a short time. Wait a moment and try again.",
      retryAfter: Math.max(1, Math.ceil(wait)),
    });
  }
}
