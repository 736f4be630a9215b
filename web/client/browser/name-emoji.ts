/** Emoji by name: offered while they are typed, and put into a text before it is sent. */
import { mayNameEmoji, withEmoji } from "../drawn/emoji-names.ts";
import type { Source } from "./complete.ts";
import type { EmojiTable } from "./emoji.ts";

/** What is sent waits so long for the names, at most: ms. */
const PATIENCE = 3_000;
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
    // Offline: the names stay as they were typed.
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
  let isLoaded = false;
  /** What was sent before the names were known, in order: it stands in the composer until then. */
  let waiting: string[] = [];

  const fill = (text: string) => {
    input.value = text;
    input.dispatchEvent(new Event("input"));
  };

  /** What was written after what waits, or instead of it. */
  function rest(): string {
    const before = waiting.join("");
    const { value } = input;
    return value.startsWith(before) ? value.slice(before.length) : value;
  }

  async function sendWaiting() {
    const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
    await Promise.race([load(), late]);
    const left = rest();
    const texts = waiting;
    waiting = [];
    isLoaded = true;
    while (texts.length > 0) {
      fill(texts[0]);
      form.requestSubmit();
      // It was not taken: all of it stays.
      if (input.value) break;
      texts.shift();
    }
    isLoaded = false;
    const kept = texts.join("") + left;
    if (kept) fill(kept);
  }

  function send(event: Event) {
    if (isLoaded && !table || input.readOnly) return;
    const isWaiting = waiting.length > 0;
    if (!isWaiting && !mayNameEmoji(input.value)) return;
    if (table && !isWaiting) {
      const text = withEmoji(input.value, (name) => table!.byName.get(name));
      if (text !== input.value) fill(text);
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    // Pressed twice, there is nothing more to send.
    const text = rest();
    if (text.trim()) waiting.push(text);
    if (!isWaiting) sendWaiting();
  }

  const onKey = (event: KeyboardEvent) => {
    // As the composer takes it: see Composer.tsx. With a list open Enter chooses.
    if (event.target !== input || event.key !== "Enter") return;
    if (event.isComposing || event.keyCode === 229) return;
    if (input.hasAttribute("aria-activedescendant")) return;
    const sends = event.ctrlKey || event.metaKey ||
      !event.shiftKey && !matchMedia("(pointer:coarse)").matches;
    if (sends) send(event);
  };
  // Before whatever else sends, such as files.
  const first = { capture: true, signal };
  form.parentElement!.addEventListener("keydown", onKey, first);
  form.parentElement!.addEventListener("submit", send, first);
  return source;
}
