/**
 * Emoji by name: offered while they are typed, and put into a text as it is sent where they are known
 * here. Realtime does so with every text that it takes: see `realtime/text/emoji.ts`.
 */
import { withEmoji } from "../../../realtime/text/emoji-names.ts";
import type { Source } from "./complete.ts";
import type { EmojiTable } from "./emoji.ts";

/** Offers at once: what a phone shows above its keyboard. */
const AT_ONCE = 6;

let emoji: typeof import("./emoji.ts") | undefined;
let table: EmojiTable | undefined;

/** Fetches all emoji, once; does without them where that cannot be done. */
async function load(): Promise<void> {
  try {
    emoji = await import("./emoji.ts");
    table = await emoji.loadEmoji();
  } catch {
    // Offline none are offered.
  }
}

const source: Source = {
  sign: ":",
  name: "Emoji",
  find(typed, again) {
    // From two letters on: :) and :D are what they are.
    if (!/^[a-z\d_+-]{2,}$/i.test(typed)) return [];
    if (!table) {
      load().then(() => table && again());
      return [];
    }
    return emoji!.search(table, typed, AT_ONCE).map(({ emoji, names }) => ({
      text: emoji,
      label: `${emoji} ${names[0]}`,
      isWhole: true,
    }));
  },
};

/** Puts emoji in place of their names in what is sent, until the signal; gives what offers them. */
export function nameEmoji(
  input: HTMLTextAreaElement,
  signal: AbortSignal,
): Source {
  const form = input.form!;

  function name() {
    if (!table || input.readOnly) return;
    const text = withEmoji(input.value, (name) => table!.byName.get(name));
    if (text === input.value) return;
    input.value = text;
    input.dispatchEvent(new Event("input"));
  }

  const onKey = (event: KeyboardEvent) => {
    // As the composer takes it: see Composer.tsx. With a list open Enter chooses.
    if (event.target !== input || event.key !== "Enter") return;
    if (event.isComposing || event.keyCode === 229) return;
    if (input.hasAttribute("aria-activedescendant")) return;
    const sends = event.ctrlKey || event.metaKey ||
      !event.shiftKey && !matchMedia("(pointer:coarse)").matches;
    if (sends) name();
  };
  // Before whatever sends.
  const first = { capture: true, signal };
  form.parentElement!.addEventListener("keydown", onKey, first);
  form.parentElement!.addEventListener("submit", name, first);
  return source;
}
