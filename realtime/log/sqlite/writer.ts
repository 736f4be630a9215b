import type { Database } from "bun:sqlite";
import { StoreError } from "../log.ts";
import { type Call, pack, unpack } from "./calls.ts";
import { clearWriteAhead, openDatabase } from "./schema.ts";
import { SqliteWrites } from "./writes.ts";

/** Does writes, and keeps whoever asked from waiting for the disk. */
export interface Writer {
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
  #tidying: Timer | undefined;

  constructor(readonly db: Database) {
    this.#writes = new SqliteWrites(db);
  }

  /** Does all of the calls, or throws and has done none. */
  commit(calls: Call[]): unknown[] {
    try {
      this.db.run("BEGIN IMMEDIATE");
      const results = calls.map((call) => this.#do(call));
      this.#writes.flush();
      this.db.run("COMMIT");
      this.#writes.committed();
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

  /** Closes the connection; the last one to close takes the write-ahead file with it. */
  close(): void {
    clearTimeout(this.#tidying);
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

  // deno-lint-ignore require-await -- a throwing commit must become a rejection
  async commit(calls: Call[]): Promise<unknown[]> {
    try {
      return this.#transactions.commit(unpack(pack(calls)));
    } catch (error) {
      throw failure(error);
    }
  }

  async close(): Promise<void> {}
}

/** What the worker is told first, and what it answers to each batch; none: it closes. */
export interface Opening {
  path: string;
}
export type Answer = { results: unknown[] } | { failed: string; own: boolean };

/**
 * Writes in a thread of its own: a commit waits for the disk, and on a busy one that is
 * longer than anybody's frames should wait. Batches and answers travel as texts.
 */
export class WorkerWriter implements Writer {
  #worker: Worker | undefined;
  /** Who waits for the answers to the batches under way, in order. */
  #asked: ((answer: Answer) => void)[] = [];

  constructor(readonly path: string) {}

  async commit(calls: Call[]): Promise<unknown[]> {
    const answer = await this.#ask(calls);
    if ("results" in answer) return answer.results;
    throw answer.own
      ? new StoreError(answer.failed)
      : failure(new Error(answer.failed));
  }

  #ask(calls: Call[]): Promise<Answer> {
    this.#worker ??= this.#start();
    this.#worker.postMessage(pack(calls));
    return new Promise((resolve) => this.#asked.push(resolve));
  }

  #start(): Worker {
    // The image holds bundles, side by side.
    const file = import.meta.path.endsWith(".ts")
      ? "./worker.ts"
      : "./worker.js";
    const worker = new Worker(new URL(file, import.meta.url));
    worker.onmessage = ({ data }: MessageEvent<string>) => {
      this.#asked.shift()?.(JSON.parse(data) as Answer);
    };
    // What it was doing may be done: whoever asked asks again, and gets the same answer.
    worker.onerror = ({ message }) => this.#ended(worker, message);
    worker.addEventListener("close", () => this.#ended(worker, "It ended."));
    worker.postMessage(JSON.stringify({ path: this.path } satisfies Opening));
    return worker;
  }

  #ended(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    worker.terminate();
    for (const settle of this.#asked.splice(0)) {
      settle({ failed: reason, own: false });
    }
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    // The last connection to close tidies the file up, and that must not be this one.
    await this.#ask([]);
    this.#worker = undefined;
    worker.terminate();
  }
}

/** What the log's own errors say is for its caller; what others say is for the operator. */
export const failure = (error: unknown): StoreError =>
  error instanceof StoreError
    ? error
    : new StoreError("The SQLite log failed.", { cause: error });

/** Serves one {@link WorkerWriter}: answers the texts it sends, the first of which opens. */
export function serveWriter(): (text: string) => Answer | undefined {
  let transactions: Transactions | undefined;
  return (text) => {
    if (!transactions) {
      const { path } = JSON.parse(text) as Opening;
      transactions = new Transactions(openDatabase(path));
      return;
    }
    try {
      const calls = unpack(text);
      if (calls.length === 0) transactions.close();
      return { results: calls.length ? transactions.commit(calls) : [] };
    } catch (error) {
      const failed = error instanceof Error ? error.message : String(error);
      return { failed, own: error instanceof StoreError };
    }
  };
}
