/** A token bucket: `burst` at once, `rate` a second on average. */
export class Bucket {
  #tokens: number;
  #at: number;

  /** @param now milliseconds on a clock that never goes back; the same one in every call */
  constructor(
    readonly rate: number,
    readonly burst: number,
    now = performance.now(),
  ) {
    this.#tokens = burst;
    this.#at = now;
  }

  /** Whether nothing of it is used up: a new one would be the same. */
  isFull(now = performance.now()): boolean {
    this.#fill(now);
    return this.#tokens >= this.burst;
  }

  #fill(now: number): void {
    const gained = (now - this.#at) / 1000 * this.rate;
    this.#tokens = Math.min(this.burst, this.#tokens + gained);
    this.#at = now;
  }

  /** Takes one token if there is one. */
  take(now = performance.now()): boolean {
    this.#fill(now);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Seconds until there is a token; 0 if there is one. */
  wait(now = performance.now()): number {
    this.#fill(now);
    return Math.max(0, (1 - this.#tokens) / this.rate);
  }
}
