import type { Database } from "bun:sqlite";
import { isDamage, repairIndex, SearchIndex } from "./search-index.ts";

/** Milliseconds after something is written until it is put into the index, with what came since. */
const AFTER = 500;
/**
 * While messages come: milliseconds of work, and how many times as long as all of it took, the commit
 * included, until there is more.
 */
const BUSY_SLICE = 1;
const BUSY_SHARE = 39;
/** Nothing was written for as many milliseconds: then there may be more work at a time. */
const QUIET = 250;
const QUIET_SLICE = 8;
/** Until it is tried again when the disk takes nothing. */
const TRY_AGAIN = 5_000;

/**
 * Puts what was written into the index a moment later, and what was there before it, a few
 * milliseconds at a time between the commits: nobody waits for it, and while it is behind, searches
 * look through the rest.
 */
export class SearchFiller {
  readonly #index: SearchIndex;
  #timer: Timer | undefined;
  #writtenAt = 0;

  constructor(readonly db: Database) {
    this.#index = new SearchIndex(db);
  }

  /** Something was written. */
  written(): void {
    this.#writtenAt = performance.now();
    this.#fillIn(AFTER);
  }

  #fillIn(delay: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const isQuiet = performance.now() - this.#writtenAt >= QUIET;
      const started = performance.now();
      try {
        const isMore = this.#fill(isQuiet ? QUIET_SLICE : BUSY_SLICE);
        const took = performance.now() - started;
        if (isMore) this.#fillIn(isQuiet ? 1 : took * BUSY_SHARE);
      } catch {
        this.#fillIn(TRY_AGAIN);
      }
    }, delay);
    this.#timer.unref();
  }

  /** What is lost of it with the power is done again, so nothing waits for the disk. */
  #fill(budget: number): boolean {
    this.db.run("PRAGMA synchronous = NORMAL");
    try {
      return this.db.transaction(() => this.#index.fill(budget)).immediate();
    } catch (error) {
      if (!isDamage(error)) throw error;
      repairIndex(this.db);
      return true;
    } finally {
      this.db.run("PRAGMA synchronous = FULL");
    }
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
