import { PersonLimits, type Rates } from "./limits.ts";

/** What each person may still do on this instance. */
export class PeopleLimits {
  readonly #people = new Map<string, PersonLimits>();

  constructor(readonly rates: Rates) {}

  of(personId: string): PersonLimits {
    const known = this.#people.get(personId);
    if (known) return known;
    const limits = new PersonLimits(this.rates);
    this.#people.set(personId, limits);
    return limits;
  }

  /** Forgets those who have used up nothing; called every minute. */
  forget(): void {
    for (const [id, limits] of this.#people) {
      if (limits.isFresh) this.#people.delete(id);
    }
  }
}
