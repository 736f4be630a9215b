/**
 * All emoji, for the page: a line for each, `🎉 tada|hooray party`: the emoji, what it is called
 * between colons, and further words that find it; before each group a line `# Activities`. Which
 * there are and in what order is Unicode's; the names are those people type elsewhere.
 */
import { gemoji } from "gemoji";
import groups from "unicode-emoji-json/data-by-group.json" with {
  type: "json",
};

export function emojiTable(): string {
  const known = new Map(gemoji.map((one) => [one.emoji, one]));
  const lines = groups.flatMap(({ name, emojis }) => [
    `# ${name}`,
    ...emojis.map(({ emoji, slug }) => {
      const { names = [slug], tags = [] } = known.get(emoji) ?? {};
      return tags.length > 0
        ? `${emoji} ${names.join(" ")}|${tags.join(" ")}`
        : `${emoji} ${names.join(" ")}`;
    }),
  ]);
  return lines.join("\n");
}

/** Puts the table where Fresh takes static files from; before a build, and before development. */
export async function writeEmojiTable(): Promise<void> {
  const path = `${import.meta.dirname}/../static/emoji.txt`;
  const table = emojiTable();
  // Whoever watches the file starts again when it is written.
  const before = await Deno.readTextFile(path).catch(() => undefined);
  if (before !== table) await Deno.writeTextFile(path, table);
}
