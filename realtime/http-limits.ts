import { Limits, type Rates } from "./limits.ts";

/** What each person may still do by HTTP; their sockets have limits of their own. */
export class HttpLimits {
  readonly #people = new Map<string, Limits>();

  constructor(readonly rates: Rates) {}

  of(personId: string): Limits {
    const known = this.#people.get(personId);
    if (known) return known;
    const limits = new Limits(this.rates);
    this.#people.set(personId, limits);
    return limits;
  }

  /** Starts afresh, so that those who have gone are not kept; called every minute. */
  clear(): void {
    this.#people.clear();
  }
}
