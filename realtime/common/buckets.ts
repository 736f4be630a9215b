import { Bucket } from "./bucket.ts";

/** Buckets that are kept before those that are full again are looked for. */
const MANY = 1_000;

/** A {@link Bucket} for each of many; who has used up nothing is not remembered. */
export class Buckets {
  readonly #buckets = new Map<string, Bucket>();

  /**
   * Takes one token of `key`, whose bucket gives `burst` at once and `rate` a second.
   *
   * @param now milliseconds on a clock that never goes back; the same one in every call
   * @returns seconds until there is one; 0: it was taken.
   */
  take(
    key: string,
    rate: number,
    burst: number,
    now = performance.now(),
  ): number {
    this.#forgetFull(now);
    const bucket = this.#buckets.get(key) ?? new Bucket(rate, burst, now);
    this.#buckets.set(key, bucket);
    return bucket.take(now) ? 0 : bucket.wait(now);
  }

  // Map keeps insertion order, not order of use: look at all, but only when it has grown.
  #forgetFull(now: number): void {
    if (this.#buckets.size < MANY) return;
    for (const [key, bucket] of this.#buckets) {
      if (bucket.isFull(now)) this.#buckets.delete(key);
    }
  }
}
