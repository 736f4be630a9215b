/** All emoji and what they are called: fetched when they are first asked for. */
import { asset } from "fresh/runtime";

export interface Emoji {
  emoji: string;
  names: string[];
  /** Further words that find it. */
  tags: string[];
}

export interface EmojiTable {
  groups: { name: string; emoji: Emoji[] }[];
  byName: Map<string, string>;
}

let loading: Promise<EmojiTable> | undefined;

/** @throws {TypeError} offline. */
export async function loadEmoji(): Promise<EmojiTable> {
  loading ??= fetch(asset("/emoji.txt")).then(async (answer) => {
    if (!answer.ok) throw new TypeError("There is no table of emoji.");
    return parseEmoji(await answer.text());
  });
  try {
    return await loading;
  } catch (error) {
    loading = undefined;
    throw error;
  }
}

/** Reads what `web/emoji/table.ts` wrote. */
export function parseEmoji(text: string): EmojiTable {
  const groups: EmojiTable["groups"] = [];
  const byName: EmojiTable["byName"] = new Map();
  for (const line of text.split("\n")) {
    if (line.startsWith("# ")) {
      groups.push({ name: line.slice(2), emoji: [] });
      continue;
    }
    const [words, tags = ""] = line.split("|");
    const [emoji, ...names] = words.split(" ");
    names.forEach((name) => byName.set(name, emoji));
    groups.at(-1)!.emoji.push({ emoji, names, tags: tags.split(" ") });
  }
  return { groups, byName };
}

/** At most so many that a word finds: first those whose names begin with it, the shortest first. */
export function search(
  { groups }: EmojiTable,
  word: string,
  most: number,
): Emoji[] {
  const wanted = word.trim().toLowerCase().replace(/\s+/g, "_");
  const all = groups.flatMap(({ emoji }) => emoji);
  const begins = (words: string[]) =>
    words.some((one) => one.startsWith(wanted));
  const shortest = ({ names }: Emoji) =>
    Math.min(
      ...names.filter((one) => one.startsWith(wanted)).map(({ length }) =>
        length
      ),
    );
  const found = new Set([
    ...all.filter(({ names }) => begins(names))
      .sort((a, b) => shortest(a) - shortest(b)),
    ...all.filter(({ tags }) => begins(tags)),
    ...all.filter(({ names }) => names.some((name) => name.includes(wanted))),
  ]);
  return [...found].slice(0, most);
}
