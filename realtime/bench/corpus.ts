/** What the benchmarks of searches write and look for, the same each time. */
import { messageEntry } from "../log/making.ts";
import type { RoomLog } from "../log/log.ts";
import type { SearchQuery } from "../log/search.ts";
import { termsOf } from "../text/terms.ts";

export const COUNT = Number(process.argv[2] ?? 1_000_000);
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
export const rooms = Array.from({ length: ROOMS }, (_, i) => `room-${i}`);
const START = Date.UTC(2025, 0, 1), STEP = 30_000;

/** Writes all messages to a log. */
export async function write(log: RoomLog): Promise<void> {
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

/** Searches in each way and prints what that took; `used` says what CPU was, in microseconds. */
export async function measureSearches(
  search: (query: SearchQuery) => unknown,
  used: () => Promise<number> | number,
): Promise<void> {
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
    const costs: Cost[] = [];
    for (let i = 0; i < EACH; i += 1) {
      const { words, ...more } = make();
      const before = await used();
      const started = performance.now();
      await search({
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
      costs.push({ time, cpu: (await used() - before) / 1_000 });
    }
    all.push(...costs);
    tell(kind, costs);
  }
  tell("all of these", all);
}

/** Microseconds of CPU that this process used. */
export function ownCpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
