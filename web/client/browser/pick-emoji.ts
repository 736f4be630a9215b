/**
 * Puts a button beside the field that opens all emoji; they are loaded when it is pressed. Keyboards
 * of glass have emoji of their own.
 */
export function pickEmoji(
  input: HTMLTextAreaElement,
  signal: AbortSignal,
): void {
  // As the field leaves room for it: see composer.css.
  const wide = matchMedia("(pointer:fine) and (min-width:40rem)");
  const button = document.createElement("button");
  Object.assign(button, {
    ...{ type: "button", ariaLabel: "Emoji", title: "Emoji" },
    className: "button button-plain button-icon icon-emoji",
  });
  const fit = () => {
    button.hidden = !wide.matches;
  };
  fit();
  wide.addEventListener("change", fit, { signal });
  input.before(button);
  signal.addEventListener("abort", () => button.remove());
  button.addEventListener("click", async () => {
    if (input.readOnly) return;
    try {
      (await import("../drawn/EmojiDialog.tsx")).openEmoji(button, input);
    } catch {
      // Offline, or the page is of an older build whose files are gone: names can be typed.
      button.disabled = true;
    }
  });
}
