import { emojiTyped } from "../../realtime/text/emoji.ts";

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
