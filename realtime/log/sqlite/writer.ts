import type { Database } from "bun:sqlite";
import { StoreError } from "../log.ts";
import { type Call, pack, unpack } from "./calls.ts";
import { clearWriteAhead, openDatabase } from "./schema.ts";
import { isDamage, repairIndex } from "./search-index.ts";
import { SearchFiller } from "./search-filler.ts";
import { type Answer, Thread } from "./thread.ts";
import { SqliteWrites } from "./writes.ts";

/** Does writes, and keeps whoever asked from waiting for the disk. */
export interface Writer {
  /** Begins with what is to be done without being asked. */
  begin(): void;
  /**
   * Does all of the calls in one transaction, or none of them; what is asked for later
   * is done later.
   *
   * @throws {StoreError}
   */
  commit(calls: Call[]): Promise<unknown[]>;
  /** Lets go of the database. */
  close(): Promise<void>;
}

/** Milliseconds after an erasure until its traces go: several share one look. */
const TIDY_AFTER = 200;
/** The same, while others read what would be cleared away. */
const TIDY_AGAIN = 2_000;

/** Does the writes of one connection, in the thread it is called in. */
export class Transactions {
  readonly #writes: SqliteWrites;
  readonly #filler: SearchFiller;
  #tidying: Timer | undefined;

  constructor(readonly db: Database) {
    this.#writes = new SqliteWrites(db);
    this.#filler = new SearchFiller(db);
    this.#filler.written();
  }

  /** Does all of the calls, or throws and has done none. */
  commit(calls: Call[]): unknown[] {
    try {
      return this.#commit(calls);
    } catch (error) {
      // A damaged index must not keep anything from being written or deleted.
      if (!isDamage(error)) throw error;
      repairIndex(this.db);
      return this.#commit(calls);
    }
  }

  #commit(calls: Call[]): unknown[] {
    try {
      this.db.run("BEGIN IMMEDIATE");
      const results = calls.map((call) => this.#do(call));
      this.#writes.flush();
      this.db.run("COMMIT");
      this.#writes.committed();
      this.#filler.written();
      if (this.#writes.hasErased) this.#tidySoon(TIDY_AFTER);
      return results;
    } catch (error) {
      this.#writes.undone();
      if (this.db.inTransaction) this.db.run("ROLLBACK");
      throw error;
    }
  }

  #tidySoon(delay: number): void {
    this.#tidying ??= setTimeout(() => {
      this.#tidying = undefined;
      if (clearWriteAhead(this.db)) this.#writes.hasErased = false;
      else this.#tidySoon(TIDY_AGAIN);
    }, delay);
    this.#tidying.unref();
  }

  /** Ends what would be done later. */
  stop(): void {
    clearTimeout(this.#tidying);
    this.#filler.close();
  }

  /** Closes the connection; the last one to close takes the write-ahead file with it. */
  close(): void {
    this.stop();
    this.db.close();
  }

  #do([operation, ...args]: Call): unknown {
    if (operation !== "append") this.#writes.flush();
    const run = this.#writes[operation] as (...args: unknown[]) => unknown;
    return run.apply(this.#writes, args);
  }
}

/** Writes in this thread, over a connection that is open. */
export class LocalWriter implements Writer {
  readonly #transactions: Transactions;

  constructor(db: Database) {
    this.#transactions = new Transactions(db);
  }

  begin(): void {}

  // deno-lint-ignore require-await -- a throwing commit must become a rejection
  async commit(calls: Call[]): Promise<unknown[]> {
    try {
      return this.#transactions.commit(unpack(pack(calls)));
    } catch (error) {
      throw failure(error);
    }
  }

  close(): Promise<void> {
    this.#transactions.stop();
    return Promise.resolve();
  }
}

/**
 * Writes in a thread of its own: a commit waits for the disk, and on a busy one that is
 * longer than anybody's frames should wait. Batches and answers travel as texts.
 */
export class WorkerWriter implements Writer {
  readonly #thread: Thread<unknown[]>;

  constructor(path: string) {
    this.#thread = new Thread("worker", JSON.stringify({ path }));
  }

  begin(): void {
    this.#thread.begin();
  }

  async commit(calls: Call[]): Promise<unknown[]> {
    return resultOf(await this.#thread.ask(pack(calls)));
  }

  /** The last connection to close tidies the file up, and that must not be this one. */
  close(): Promise<void> {
    return this.#thread.end(pack([]));
  }
}

/** What a thread did. */
export function resultOf<T>(answer: Answer<T>): T {
  if ("done" in answer) return answer.done;
  throw answer.own
    ? new StoreError(answer.failed)
    : failure(new Error(answer.failed));
}

/** What the log's own errors say is for its caller; what others say is for the operator. */
export const failure = (error: unknown): StoreError =>
  error instanceof StoreError
    ? error
    : new StoreError("The SQLite log failed.", { cause: error });

/** Serves one {@link WorkerWriter}: answers the texts it sends, the first of which opens. */
export function serveWriter(): (text: string) => Answer<unknown[]> | undefined {
  let transactions: Transactions | undefined;
  return (text) => {
    if (!transactions) {
      const { path } = JSON.parse(text) as { path: string };
      transactions = new Transactions(openDatabase(path));
      return;
    }
    try {
      const calls = unpack(text);
      if (calls.length === 0) transactions.close();
      return { done: calls.length ? transactions.commit(calls) : [] };
    } catch (error) {
      return failed(error);
    }
  };
}

/** What a thread answers when it could not do what it was asked. */
export const failed = (error: unknown): Answer<never> => ({
  failed: error instanceof Error ? error.message : String(error),
  own: error instanceof StoreError,
});
