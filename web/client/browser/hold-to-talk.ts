/** A press of the microphone that lasts this long is held: what is said ends with it. ms. */
const HOLD = 350;

/** The name of the event, at the form, by which the panel hears that the button was let go. */
export const LET_GO = "chatsphere-let-go";

/** Records for as long as the microphone is held; a tap or the keyboard goes on until Stop. */
export function holdToTalk(form: HTMLFormElement, signal: AbortSignal): void {
  const button = form.querySelector<HTMLElement>(".icon-mic")!;
  let timer: ReturnType<typeof setTimeout>;
  let held = false;
  const on = (
    target: EventTarget,
    event: string,
    work: (event: Event) => void,
  ) => target.addEventListener(event, work, { signal, capture: true });
  // Let go beside the button, a press ends in no click: what is pressed next is another.
  on(globalThis, "pointerdown", () => held = false);
  on(button, "pointerdown", () => {
    timer = setTimeout(() => {
      button.click();
      held = true;
    }, HOLD);
  });
  const end = () => {
    clearTimeout(timer);
    if (held) form.dispatchEvent(new Event(LET_GO));
  };
  on(globalThis, "pointerup", end);
  on(globalThis, "pointercancel", end);
  // The press that began it ends in a click of its own; a keyboard's has no `detail`.
  on(button, "click", (event) => {
    if (!held || !(event as UIEvent).detail) return;
    held = false;
    event.preventDefault();
    event.stopImmediatePropagation();
  });
  // A long touch opens no menu here.
  on(button, "contextmenu", (event) => event.preventDefault());
}
