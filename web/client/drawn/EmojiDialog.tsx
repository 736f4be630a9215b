import { render } from "preact";
import { EmojiPicker } from "./EmojiPicker.tsx";

/** The least distance from the window's edge, and from the button: CSS pixels. */
const EDGE = 8;

/** Shows all emoji above a button; the one that is chosen goes into the text at the caret. */
export function openEmoji(
  button: HTMLElement,
  input: HTMLTextAreaElement,
): void {
  // Pressed twice while this was loaded.
  if (document.querySelector("dialog[open]")) return;
  const dialog = document.createElement("dialog");
  dialog.className = "message-menu";
  dialog.ariaLabel = "Emoji";
  document.body.append(dialog);
  const choose = (emoji: string) => {
    dialog.close();
    input.setRangeText(emoji, input.selectionStart, input.selectionEnd, "end");
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
  };
  render(<EmojiPicker onChoose={choose} />, dialog);
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => {
    render(null, dialog);
    dialog.remove();
    input.focus();
  });
  dialog.showModal();
  const { left, top } = button.getBoundingClientRect();
  const y = Math.max(EDGE, top - dialog.offsetHeight - EDGE);
  dialog.style.setProperty("--x", `${left}px`);
  dialog.style.setProperty("--y", `${y}px`);
}
