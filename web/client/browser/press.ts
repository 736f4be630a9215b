/** So long a finger rests on a message before its menu opens: ms. */
const LONG = 500;

/**
 * On a touch screen: a long press on a message is a press of its button, and a tap gives it the
 * focus, which shows the button.
 */
export function press(log: HTMLElement, signal: AbortSignal): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let opened = false;
  const stop = () => clearTimeout(timer);
  /** The button of the message that was touched, unless what was touched has a use of its own. */
  const buttonAt = ({ target }: Event) =>
    (target as Element).closest("a") ? null : (target as Element)
      .closest("li")?.querySelector<HTMLElement>(".more");

  log.addEventListener("touchstart", (event) => {
    stop();
    opened = false;
    const button = buttonAt(event);
    if (!button || event.touches.length > 1) return;
    timer = setTimeout(() => {
      opened = true;
      button.focus({ preventScroll: true });
      button.click();
    }, LONG);
  }, { passive: true, signal });
  for (const type of ["touchmove", "touchcancel"]) {
    log.addEventListener(type, stop, { passive: true, signal });
  }
  log.addEventListener("touchend", (event) => {
    stop();
    // No click follows: it would go to what is below the menu.
    if (opened) event.preventDefault();
  }, { signal });
  log.addEventListener("contextmenu", (event) => {
    if (timer && buttonAt(event)) event.preventDefault();
  }, { signal });
  log.addEventListener("click", (event) => {
    if ((event.target as Element).closest("button")) return;
    buttonAt(event)?.focus({ preventScroll: true });
  }, { signal });
}
