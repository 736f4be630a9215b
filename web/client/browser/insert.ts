/**
 * Puts words into a text field at the cursor, in place of what is selected, with a space
 * where they would touch other words, and leaves the cursor behind them.
 */
export function insertText(field: HTMLTextAreaElement, text: string): void {
  const { value, selectionStart, selectionEnd } = field;
  const before = /\S$/.test(value.slice(0, selectionStart)) ? " " : "";
  const after = /^\S/.test(value.slice(selectionEnd)) ? " " : "";
  field.setRangeText(
    before + text + after,
    selectionStart,
    selectionEnd,
    "end",
  );
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}
