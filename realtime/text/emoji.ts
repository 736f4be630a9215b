/** All emoji by name, read when the first name is met: they take some megabytes. */
import { mayNameEmoji, withEmoji } from "./emoji-names.ts";

let names: Promise<Map<string, string>> | undefined;

async function load(): Promise<Map<string, string>> {
  const [{ gemoji }, { default: groups }] = await Promise.all([
    import("gemoji"),
    import("unicode-emoji-json/data-by-group.json", { with: { type: "json" } }),
  ]);
  const known = new Map(gemoji.map(({ emoji, names }) => [emoji, names]));
  // Those people type elsewhere; newer emoji have Unicode's.
  return new Map(
    groups.flatMap(({ emojis }) =>
      emojis.flatMap(({ emoji, slug }) =>
        (known.get(emoji) ?? [slug]).map((name) => [name, emoji] as const)
      )
    ),
  );
}

/**
 * The text with 🎉 for `:tada:`, see {@link withEmoji}; as it was where it has no names, or would have
 * more than `most` characters. It is what realtime stores of a text: a second time nothing changes.
 */
export async function emojiTyped(
  text: string,
  most = Infinity,
): Promise<string> {
  if (!mayNameEmoji(text)) return text;
  const known = await (names ??= load());
  const named = withEmoji(text, (name) => known.get(name));
  return named.length > most ? text : named;
}
