import { mayNameEmoji, withEmoji } from "../client/drawn/emoji-names.ts";

let names: Promise<Map<string, string>> | undefined;

async function load(): Promise<Map<string, string>> {
  const { gemoji } = await import("gemoji");
  return new Map(
    gemoji.flatMap(({ emoji, names }) => names.map((name) => [name, emoji])),
  );
}

/** A text from a form, with `:tada:` as 🎉: what a page with script does before it sends. */
export async function emojiTyped(text: string): Promise<string> {
  if (!mayNameEmoji(text)) return text;
  const known = await (names ??= load());
  return withEmoji(text, (name) => known.get(name));
}

const EMOJI = /^\p{RGI_Emoji}$/v;

/**
 * A reaction that was typed, by itself or by its name; what is not exactly one emoji realtime
 * refuses. Keyboards may leave out the sign that asks for the coloured form, which belongs to it
 * (UTS #51).
 */
export async function reactionTyped(text: string): Promise<string> {
  const typed = await emojiTyped(text.trim());
  const coloured = `${typed}\ufe0f`;
  return EMOJI.test(coloured) ? coloured : typed;
}
