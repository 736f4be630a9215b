/**
 * Makes the log one stop for the Tab key: from there the arrow keys walk through the
 * messages, beginning with the newest, and Enter opens what can be done with one.
 */
export function walk(log: HTMLElement): void {
  log.setAttribute("aria-description", "Arrow keys go through the messages.");
  log.onkeydown = (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...log.querySelectorAll<HTMLElement>(".more")];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const next = at < 0 ? all.length - 1 : at + step;
    all[next]?.focus();
  };
}
