/**
 * Offers what a word that begins with a sign may become, while it is typed: people after an `@`,
 * emoji after a `:`.
 * Whoever has another sign adds a {@link Source}.
 */

/** What may take the word's place. */
export interface Offer {
  /** It goes into the text, after the sign and before a space. */
  text: string;
  label: string;
  /** It takes the place of the sign, too. */
  isWhole?: boolean;
}

export interface Source {
  /** One character, which stands at the beginning of a word. */
  sign: string;
  /** What the list is called. */
  name: string;
  /**
   * The offers for what was typed after the sign, the best first; none: no list.
   * @param again has it asked again, once it knows more.
   */
  find(typed: string, again: () => void): Offer[];
}

/** Characters after the sign in which offers are looked for: a name may have spaces. */
const REACH = 40;

/** The word before the caret, if it begins with a sign that is known. */
function wordBefore({ value, selectionStart, selectionEnd }: {
  value: string;
  selectionStart: number;
  selectionEnd: number;
}, sources: Source[]) {
  if (selectionStart !== selectionEnd) return null;
  const line = value.slice(Math.max(0, selectionStart - REACH), selectionStart)
    .split("\n").at(-1)!;
  let found: { source: Source; typed: string } | null = null;
  for (const source of sources) {
    const at = line.lastIndexOf(source.sign);
    if (at < 0 || /[\p{L}\p{N}]/u.test(line[at - 1] ?? "")) continue;
    const typed = line.slice(at + 1);
    if (/^\s/.test(typed)) continue;
    if (!found || typed.length < found.typed.length) found = { source, typed };
  }
  return found;
}

/** Begins to offer, until the signal. */
export function complete(
  input: HTMLTextAreaElement,
  signal: AbortSignal,
  sources: Source[],
): void {
  const form = input.form!;
  const bar = document.createElement("div");
  bar.className = "mode";
  const list = document.createElement("div");
  Object.assign(list, {
    className: "reactions",
    role: "listbox",
    id: "offers",
  });
  bar.append(list);
  let chosen = 0;
  let word: ReturnType<typeof wordBefore> = null;
  let offers: Offer[] = [];

  const hide = () => {
    bar.remove();
    offers = [];
    for (const name of ["controls", "activedescendant", "autocomplete"]) {
      input.removeAttribute(`aria-${name}`);
    }
  };

  const choose = (next: number) => {
    chosen = (next + offers.length) % offers.length;
    [...list.children].forEach((option, at) =>
      option.setAttribute("aria-selected", String(at === chosen))
    );
    input.setAttribute("aria-activedescendant", `offer-${chosen}`);
  };

  const look = () => {
    word = input.readOnly ? null : wordBefore(input, sources);
    offers = word?.source.find(word.typed, look) ?? [];
    if (!word || offers.length === 0) return hide();
    list.ariaLabel = word.source.name;
    list.replaceChildren(...offers.map(({ label }, at) => {
      const option = document.createElement("button");
      Object.assign(option, {
        ...{ type: "button", role: "option", id: `offer-${at}` },
        ...{ tabIndex: -1, dir: "auto", textContent: label },
      });
      return option;
    }));
    form.before(bar);
    input.setAttribute("aria-controls", "offers");
    input.setAttribute("aria-autocomplete", "list");
    choose(0);
  };

  const take = (at: number) => {
    const { typed } = word!;
    const end = input.selectionStart;
    const { text, isWhole } = offers[at];
    const start = end - typed.length - (isWhole ? 1 : 0);
    hide();
    input.focus();
    input.setRangeText(`${text} `, start, end, "end");
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
  };

  const onKey = (event: KeyboardEvent) => {
    if (offers.length === 0 || event.target !== input) return;
    if (event.isComposing || event.keyCode === 229) return;
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowRight" && event.altKey) {
      choose(chosen + 1);
    } else if (key === "ArrowUp") choose(chosen - 1);
    else if (key === "Escape") hide();
    else if (
      key === "Tab" && !event.shiftKey ||
      key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.metaKey
    ) take(chosen);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  // Before the composer, whose Enter sends.
  form.addEventListener("keydown", onKey, { capture: true, signal });
  input.addEventListener("input", look, { signal });
  input.addEventListener("click", look, { signal });
  input.addEventListener("blur", hide, { signal });
  // The text keeps the focus, and a phone its keyboard.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const at = [...list.children].indexOf(event.target as Element);
    if (at >= 0 && offers.length > 0) take(at);
  });
  signal.addEventListener("abort", hide);
  look();
}
