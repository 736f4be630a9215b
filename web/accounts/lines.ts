/** Lines in which those of one place wait for each other, and not everybody for all of them. */

/** What waits, and how many are inside. */
interface Line {
  inside: number;
  waiting: (() => void)[];
}

/** Lets so many of each key in at a time; the others of it wait, up to a number. */
export class Lines {
  readonly #lines = new Map<string, Line>();

  /**
   * @param inside how many of one key may work at a time.
   * @param waiting how many of one key may wait.
   */
  constructor(readonly most: { inside: number; waiting: number }) {}

  /**
   * Does the work when it is its turn among those of this key.
   *
   * @throws what `full` gives when too many of the key wait already; what the work throws.
   */
  async inLine<T>(
    key: string,
    work: () => Promise<T>,
    full: () => Error,
  ): Promise<T> {
    const line = this.#lines.get(key) ?? { inside: 0, waiting: [] };
    this.#lines.set(key, line);
    if (line.inside < this.most.inside) line.inside += 1;
    else if (line.waiting.length >= this.most.waiting) throw full();
    // Whoever leaves gives their place to the first.
    else await new Promise<void>((enter) => line.waiting.push(enter));
    try {
      return await work();
    } finally {
      const next = line.waiting.shift();
      if (next) next();
      else if (--line.inside === 0) this.#lines.delete(key);
    }
  }
}
