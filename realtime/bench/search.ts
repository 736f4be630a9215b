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
import { messageEntry } from "../log/making.ts";
import type { SearchQuery } from "../log/search.ts";
import { SqliteLog } from "../log/sqlite/log.ts";
import { makeAnew, SearchIndex } from "../log/sqlite/search-index.ts";
import { SqliteSearch } from "../log/sqlite/search-reads.ts";
import { Recorder } from "../log/testing.ts";
import { termsOf } from "../text/terms.ts";

const COUNT = Number(process.argv[2] ?? 1_000_000);
const ROOMS = 200, PEOPLE = 500, WORDS = 50_000, EACH = 100;

let seed = 1;
/** Numbers from 0 to 1, the same ones each time (a linear congruential generator). */
const random = () =>
  (seed = seed * 1_103_515_245 + 12_345 & 0x7fffffff) / 2 ** 31;
const below = (count: number) => Math.floor(random() * count);

const SYLLABLES = "ka lo mi ten ras vo ur bel sha din pre co".split(" ");
const vocabulary = Array.from({ length: WORDS }, (_, i) => {
  let word = "";
  for (let rest = i + 7; rest > 0; rest = Math.floor(rest / 12)) {
    word += SYLLABLES[rest % 12];
  }
  return word;
});
const chances: number[] = [];
vocabulary.forEach((_, i) => chances.push((chances[i - 1] ?? 0) + 1 / (i + 3)));

function word(): string {
  const wanted = random() * chances[WORDS - 1]!;
  let low = 0, high = WORDS - 1;
  while (low < high) {
    const middle = low + high >> 1;
    if (chances[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return vocabulary[low]!;
}

/** A word that each message has, as what programs write in a room. */
const ALWAYS = "everywhere";
const sentence = () =>
  [...Array.from({ length: 4 + below(13) }, word), ALWAYS].join(" ");
const rooms = Array.from({ length: ROOMS }, (_, i) => `room-${i}`);
const START = Date.UTC(2025, 0, 1), STEP = 30_000;

async function write(folder: string): Promise<void> {
  const log = new SqliteLog(folder, new Recorder());
  for (let from = 0; from < COUNT; from += 2_000) {
    const batch = Array.from(
      { length: Math.min(2_000, COUNT - from) },
      (_, i) => {
        const id = `person-${below(PEOPLE)}`;
        return log.append(messageEntry({
          roomId: rooms[below(ROOMS)]!,
          clientId: `c${from + i}`,
          sender: { id, name: id },
          timestamp: START + (from + i) * STEP,
        }, { content: sentence() }));
      },
    );
    await Promise.all(batch);
  }
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

const some = () => vocabulary[200 + below(20_000)]!;
const KINDS: Record<string, () => Partial<SearchQuery> & { words: string }> = {
  "one word": () => ({ words: some() }),
  "two words": () => ({ words: `${some()} ${vocabulary[below(300)]!}` }),
  "three common words": () => ({
    words: [50, 80, 120].map((most) => vocabulary[below(most)]!).join(" "),
  }),
  "a phrase": () => ({
    words: `"${vocabulary[below(100)]} ${vocabulary[below(100)]}"`,
  }),
  "a word of every message": () => ({ words: ALWAYS }),
  "that and another": () => ({ words: `${some()} ${ALWAYS}` }),
  "that, of one person": () => ({
    words: ALWAYS,
    from: [`person-${below(PEOPLE)}`],
  }),
  "the beginning of a word": () => ({ words: some().slice(0, 4) }),
  "three letters": () => ({ words: some().slice(0, 3) }),
  "two letters": () => ({ words: some().slice(0, 2) }),
  "one letter": () => ({ words: some().slice(0, 1) }),
  "two letters, of one person": () => ({
    words: some().slice(0, 2),
    from: [`person-${below(PEOPLE)}`],
  }),
  "in one room": () => ({
    words: vocabulary[below(3_000)]!,
    rooms: [rooms[below(ROOMS)]!],
  }),
  "in twenty rooms": () => ({ words: some(), rooms: rooms.slice(40, 60) }),
  "of one person": () => ({
    words: vocabulary[below(3_000)]!,
    from: [`person-${below(PEOPLE)}`],
  }),
  "in one week": () => {
    const after = START + below(COUNT) * STEP;
    return {
      words: vocabulary[below(3_000)]!,
      after,
      before: after + 7 * 86_400_000,
    };
  },
  "best first": () => ({ words: vocabulary[below(1_000)]!, order: "best" }),
  "nothing there": () => ({ words: `${some()} ${some()} ${some()}` }),
};

/** Milliseconds that one search took, and those the processor worked on it. */
interface Cost {
  time: number;
  cpu: number;
}

function measureSearches(db: Database): void {
  const search = new SqliteSearch(db);
  const all: Cost[] = [];
  const tell = (kind: string, costs: Cost[]) => {
    const at = (what: keyof Cost, part: number) =>
      costs.map((cost) => cost[what]).sort((a, b) => a - b)
        .at(Math.floor(costs.length * part))!.toFixed(1);
    console.log(
      `${kind}: median ${at("time", 0.5)} ms (${at("cpu", 0.5)} ms of CPU), ` +
        `p99 ${at("time", 0.99)} ms (${at("cpu", 0.99)})`,
    );
  };
  for (const [kind, make] of Object.entries(KINDS)) {
    const costs = Array.from({ length: EACH }, () => {
      const { words, ...more } = make();
      const before = process.cpuUsage();
      const started = performance.now();
      search.search({
        ...{
          rooms,
          terms: termsOf(words),
          has: [],
          order: "newest",
          limit: 20,
        },
        ...more,
      });
      const time = performance.now() - started;
      const { user, system } = process.cpuUsage(before);
      return { time, cpu: (user + system) / 1_000 };
    });
    all.push(...costs);
    tell(kind, costs);
  }
  tell("all of these", all);
}

const kept = process.argv[3];
if (kept) mkdirSync(kept, { recursive: true });
const folder = kept ?? mkdtempSync(join(tmpdir(), "search-bench-"));
const path = join(folder, "rooms.sqlite");
try {
  if (!existsSync(path)) await write(folder);
  const db = new Database(path, { strict: true });
  db.run("PRAGMA secure_delete = ON");
  db.run("PRAGMA cache_size = -65536");
  measureIndex(db);
  db.close();
  const reading = new Database(path, { readonly: true, strict: true });
  reading.run("PRAGMA cache_size = -16384");
  measureSearches(reading);
  reading.close();
} finally {
  if (!kept) rmSync(folder, { recursive: true });
}
