/** What the composer's keys do beyond its own text. */
export interface Keys {
  /** Ends once what edits is here, or cannot be had. */
  toEdit(): Promise<unknown>;
  onEditLast(): void;
  /** The log is to scroll by so many windows, downwards. */
  onPage(pages: number): void;
}

/** Arrow up in an empty composer edits the last message, and Page up and down scroll the log. */
export function listenForKeys(
  input: HTMLTextAreaElement,
  signal: AbortSignal,
  { toEdit, onEditLast, onPage }: Keys,
): void {
  let typed = 0;
  const editLast = async () => {
    const before = typed;
    await toEdit();
    // It may come late: whoever went on to write, and maybe sent it, does not want to edit now.
    if (typed === before && !signal.aborted) onEditLast();
  };
  const onKey = (event: KeyboardEvent) => {
    const { key } = event;
    if (event.isComposing || event.keyCode === 229 || input.readOnly) return;
    if (key === "ArrowUp" && !input.value) editLast();
    const pages = { PageUp: -1, PageDown: 1 }[key];
    // In a text longer than the box these keys are the text's own.
    if (pages && input.scrollHeight <= input.clientHeight) {
      event.preventDefault();
      onPage(pages);
    }
  };
  input.addEventListener("input", () => typed++, { signal });
  input.addEventListener("keydown", onKey, { signal });
}
