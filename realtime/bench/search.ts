/**
 * What searching costs in SQLite: `bun bench/search.ts [messages] [folder]` (1,000,000). Sentences
 * have 4 to 16 words, of which some are in every second one and most in one of some thousand, as in
 * what people say (Zipf). It prints one line a kind of search, and what the index takes. With a
 * folder the messages are kept there, and searched again the next time.
 */
import { Database } from "bun:sqlite";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SqliteLog } from "../log/sqlite/log.ts";
import { makeAnew, SearchIndex } from "../log/sqlite/search-index.ts";
import { SqliteSearch } from "../log/sqlite/search-reads.ts";
import { Recorder } from "../log/testing.ts";
import { COUNT, measureSearches, ownCpu, write } from "./corpus.ts";

async function writeAll(folder: string): Promise<void> {
  const log = new SqliteLog(folder, new Recorder());
  await write(log);
  while (log.isIndexing) await Bun.sleep(100);
  await log.close();
}

/** Makes the index anew: microseconds and bytes for a message. */
function measureIndex(db: Database): void {
  makeAnew(db);
  db.run("PRAGMA synchronous = NORMAL");
  const index = new SearchIndex(db);
  const before = process.cpuUsage();
  while (db.transaction(() => index.fill(8)).immediate()) {
    /* slice by slice */
  }
  const { user, system } = process.cpuUsage(before);
  const { bytes } = db.query<{ bytes: number }, []>(
    "SELECT sum(length(block)) AS bytes FROM search_data",
  ).get() ?? { bytes: 0 };
  const { body } = db.query<{ body: number }, []>(
    "SELECT sum(length(body)) AS body FROM entries",
  ).get() ?? { body: 0 };
  const each = (total: number) => (total / COUNT).toFixed(1);
  console.log(
    `index: ${each(user + system)} µs and ${
      each(bytes)
    } B a message, whose entry has ${each(body)} B`,
  );
}

const kept = process.argv[3];
if (kept) mkdirSync(kept, { recursive: true });
const folder = kept ?? mkdtempSync(join(tmpdir(), "search-bench-"));
const path = join(folder, "rooms.sqlite");
try {
  if (!existsSync(path)) await writeAll(folder);
  const db = new Database(path, { strict: true });
  db.run("PRAGMA secure_delete = ON");
  db.run("PRAGMA cache_size = -65536");
  measureIndex(db);
  db.close();
  const reading = new Database(path, { readonly: true, strict: true });
  reading.run("PRAGMA cache_size = -16384");
  const search = new SqliteSearch(reading);
  await measureSearches((query) => search.search(query), ownCpu);
  reading.close();
} finally {
  if (!kept) rmSync(folder, { recursive: true });
}
