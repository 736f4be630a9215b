import { Database } from "bun:sqlite";
import type { SearchPage } from "../../protocol-http.ts";
import { StoreError } from "../log.ts";
import type { SearchQuery } from "../search.ts";
import { SqliteSearch } from "./search-reads.ts";
import { type Answer, Thread } from "./thread.ts";
import { failed, failure, resultOf } from "./writer.ts";

/** Does searches, one after another. */
export interface Searcher {
  /** @throws {StoreError} */
  search(query: SearchQuery): Promise<SearchPage>;
  close(): Promise<void>;
}

/** Searches in this thread, over a connection that is open. */
export class LocalSearcher implements Searcher {
  readonly #search: SqliteSearch;

  constructor(db: Database) {
    this.#search = new SqliteSearch(db);
  }

  // deno-lint-ignore require-await -- a throwing search must become a rejection
  async search(query: SearchQuery): Promise<SearchPage> {
    try {
      return this.#search.search(query);
    } catch (error) {
      throw failure(error);
    }
  }

  async close(): Promise<void> {}
}

/** Searches that wait for others: past as many, one is refused. */
const QUEUE = 100;

/** Searches in a thread of its own: what one costs is nothing that anybody's frames wait for. */
export class WorkerSearcher implements Searcher {
  readonly #thread: Thread<SearchPage>;

  constructor(path: string) {
    this.#thread = new Thread("search-worker", JSON.stringify({ path }));
  }

  async search(query: SearchQuery): Promise<SearchPage> {
    if (this.#thread.waiting >= QUEUE) {
      throw new StoreError("Too many search at once.");
    }
    return resultOf(await this.#thread.ask(JSON.stringify(query)));
  }

  close(): Promise<void> {
    return this.#thread.end();
  }
}

/** Pages of the database that are kept in memory: KiB, negative by SQLite's convention. */
const CACHE = -16_384;

/** Serves one {@link WorkerSearcher}: answers the texts it sends, the first of which opens. */
export function serveSearcher(): (
  text: string,
) => Answer<SearchPage> | undefined {
  let search: SqliteSearch | undefined;
  return (text) => {
    try {
      if (search) return { done: search.search(JSON.parse(text)) };
      const { path } = JSON.parse(text) as { path: string };
      const db = new Database(path, { readonly: true, strict: true });
      db.run("PRAGMA busy_timeout = 2000");
      db.run(`PRAGMA cache_size = ${CACHE}`);
      search = new SqliteSearch(db);
      return undefined;
    } catch (error) {
      return failed(error);
    }
  };
}
