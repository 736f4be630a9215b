import { ApiError } from "./errors.ts";
import type { Caller } from "./auth.ts";

/** What one recording may be. */
export const AUDIO_LIMITS = {
  bytes: 10 * 1024 * 1024,
  seconds: 5 * 60,
} as const;

export interface RateOptions {
  /** Requests of one person in a window. */
  person: number;
  /** Requests of one program in a window. */
  program: number;
  windowMs: number;
  now?: () => number;
}

export const DEFAULT_RATE: RateOptions = {
  person: 30,
  program: 300,
  windowMs: 60_000,
};

/** Counts transcriptions per caller over a sliding window. web itself is not counted. */
export class RateLimiter {
  #options: RateOptions;
  #now: () => number;
  #times = new Map<string, number[]>();

  constructor(options: RateOptions = DEFAULT_RATE) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Counts one request.
   * @throws {ApiError} 429 `rate-limited`, with the seconds until the next is allowed
   */
  take(caller: Caller): void {
    if (caller.kind === "service") return;
    const now = this.#now();
    this.#forgetIdle(now);
    const recent = this.#recent(caller.id, now);
    if (recent.length >= this.#options[caller.kind]) {
      const wait = recent[0] + this.#options.windowMs - now;
      throw new ApiError({
        code: "rate-limited",
        status: 429,
        message:
          "That is a lot of recordings in a short time. Wait a moment and try again.",
        retryAfter: Math.max(1, Math.ceil(wait / 1000)),
      });
    }
    recent.push(now);
    this.#times.set(caller.id, recent);
  }

  #recent(id: string, now: number): number[] {
    const since = now - this.#options.windowMs;
    return (this.#times.get(id) ?? []).filter((time) => time > since);
  }

  // Map keeps insertion order, not order of use: look at all, but only when it has grown.
  #forgetIdle(now: number): void {
    if (this.#times.size < 1_000) return;
    for (const id of this.#times.keys()) {
      if (this.#recent(id, now).length === 0) this.#times.delete(id);
    }
  }
}
