/** What the composer's keys do beyond its own text. */
export interface Keys {
  onEditLast(): void;
  /** The log is to scroll by so many windows, downwards. */
  onPage(pages: number): void;
}

/** Arrow up in an empty composer edits the last message, and Page up and down scroll the log. */
export function listenForKeys(
  input: HTMLTextAreaElement,
  signal: AbortSignal,
  { onEditLast, onPage }: Keys,
): void {
  const onKey = (event: KeyboardEvent) => {
    const { key } = event;
    if (event.isComposing || event.keyCode === 229 || input.readOnly) return;
    if (key === "ArrowUp" && !input.value) onEditLast();
    const pages = { PageUp: -1, PageDown: 1 }[key];
    // In a text longer than the box these keys are the text's own.
    if (pages && input.scrollHeight <= input.clientHeight) {
      event.preventDefault();
      onPage(pages);
    }
  };
  input.addEventListener("keydown", onKey, { signal });
}
