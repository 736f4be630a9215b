const MB = 1024 * 1024;

/** The most bytes of bodies held at a time: for one whom they are counted for, and for all. */
export const HELD = { here: 32 * MB, all: 96 * MB };

/**
 * How much of the memory is taken by bodies of requests that are not answered yet. What somebody
 * says they will send takes nothing: only what has come does.
 */
export class BodyBudget {
  #all = 0;
  readonly #here = new Map<string, number>();

  /** @param busy what is thrown when there is no room; it should be answered with 503. */
  constructor(
    readonly busy: () => Error,
    readonly most: { here: number; all: number } = HELD,
  ) {}

  /** The share of one request, counted for somebody; end it when the request is answered. */
  share(whom: string): BodyShare {
    return new BodyShare(this, whom);
  }

  /** Whether so many bytes more can be held. */
  has(whom: string, bytes: number): boolean {
    return this.#all + bytes <= this.most.all &&
      (this.#here.get(whom) ?? 0) + bytes <= this.most.here;
  }

  /** Counts bytes as held, or with a negative number as no longer held. */
  add(whom: string, bytes: number): void {
    this.#all += bytes;
    const left = (this.#here.get(whom) ?? 0) + bytes;
    if (left > 0) this.#here.set(whom, left);
    else this.#here.delete(whom);
  }
}

/** What one request holds of a {@link BodyBudget}. */
export class BodyShare {
  #held = 0;

  constructor(readonly budget: BodyBudget, readonly whom: string) {}

  /**
   * Asks for room before anything of a body is read.
   *
   * @throws {Error} what the budget says when there is no room.
   */
  expect(bytes: number): void {
    if (!this.budget.has(this.whom, bytes)) throw this.budget.busy();
  }

  /**
   * Holds so many bytes more.
   *
   * @throws {Error} what the budget says when there is no room; nothing more is held then.
   */
  hold(bytes: number): void {
    this.expect(bytes);
    this.#held += bytes;
    this.budget.add(this.whom, bytes);
  }

  end(): void {
    this.budget.add(this.whom, -this.#held);
    this.#held = 0;
  }
}
