/** A token bucket: `burst` at once, `rate` a second on average. */
export class Bucket {
  #tokens: number;
  #at = performance.now();

  constructor(readonly rate: number, readonly burst: number) {
    this.#tokens = burst;
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
}
