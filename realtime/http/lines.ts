import { FrameError } from "../frame-fields.ts";
import { describe } from "./error.ts";

/** Requests of one person to one room that wait for an earlier one. */
const WAITING_LIMIT = 64;

interface Line {
  /** Settles with the newest request in it. */
  last: Promise<unknown>;
  waiting: number;
  /** More came than it takes: it takes none until it is empty, or they would overtake those. */
  full: boolean;
}

const overflow = () =>
  new FrameError(
    "rate-limited",
    "Too much of yours is waiting; send it again in a moment.",
    undefined,
    true,
  );

/** Whether the same may be taken later, so that what came after must not overtake it. */
const isForNow = (error: unknown): boolean =>
  [429, 503].includes(describe(error).status);

/**
 * What people write by HTTP, done in the order in which it arrived. Requests come over connections of
 * their own, and everything that takes time on the way to the log could change their order.
 */
export class Lines {
  readonly #lines = new Map<string, Line>();
  readonly #tokens = new Map<string, Promise<unknown>>();

  /** Requests that wait, in all. */
  get waiting(): number {
    return [...this.#lines.values()].reduce((sum, it) => sum + it.waiting, 0);
  }

  /**
   * Settles as the check of a token does, and not before the checks of the same token that were begun
   * earlier: who somebody is must be known before they can be put in line.
   */
  async checked<T>(token: string, check: Promise<T>): Promise<T> {
    const before = this.#tokens.get(token);
    // There is hardly ever one, and to wait for both takes as long as all the rest.
    const mine = before ? Promise.allSettled([before, check]) : check;
    this.#tokens.set(token, mine);
    await mine.catch(() => {});
    if (this.#tokens.get(token) === mine) this.#tokens.delete(token);
    return await check;
  }

  /**
   * Does the work under a key after all that came under it before. When one is refused for now, so is
   * what waits behind it.
   *
   * @throws {FrameError} `rate-limited` when too much waits.
   */
  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const line = this.#lines.get(key) ??
      { last: Promise.resolve(), waiting: 0, full: false };
    this.#lines.set(key, line);
    line.full ||= line.waiting >= WAITING_LIMIT;
    if (line.full) throw overflow();
    line.waiting += 1;
    const mine = line.last.then(work, (error) => {
      if (isForNow(error)) throw error;
      return work();
    });
    line.last = mine;
    try {
      return await mine;
    } finally {
      line.waiting -= 1;
      if (line.waiting === 0) this.#lines.delete(key);
    }
  }
}
