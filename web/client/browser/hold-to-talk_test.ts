import { assertEquals } from "@std/assert";
import { holdToTalk, LET_GO } from "./hold-to-talk.ts";

/** A form with a microphone; what was pressed of it, and how often it was let go. */
function stage() {
  const seen = { clicks: 0, letGo: 0 };
  const click = (detail: number) => {
    const event = new Event("click", { cancelable: true });
    button.dispatchEvent(Object.assign(event, { detail }));
  };
  const button = Object.assign(new EventTarget(), { click: () => click(0) });
  const form = Object.assign(new EventTarget(), {
    querySelector: () => button,
  });
  const stop = new AbortController();
  holdToTalk(form as unknown as HTMLFormElement, stop.signal);
  button.addEventListener("click", () => seen.clicks++);
  form.addEventListener(LET_GO, () => seen.letGo++);
  /** Events reach the window before what was pressed. */
  const at = (target: EventTarget, name: string) => {
    globalThis.dispatchEvent(new Event(name));
    if (target !== globalThis) target.dispatchEvent(new Event(name));
  };
  /** It is pressed until it counts as held. */
  const hold = () => {
    at(button, "pointerdown");
    return new Promise((resolve) =>
      button.addEventListener("click", resolve, { once: true })
    );
  };
  return { ...{ seen, button, click, at, hold }, stop: () => stop.abort() };
}

Deno.test("held, it begins with the press and ends with it; a tap only begins", async () => {
  const { seen, button, click, at, hold, stop } = stage();
  at(button, "pointerdown");
  at(button, "pointerup");
  click(1);
  assertEquals(seen, { clicks: 1, letGo: 0 });
  await hold();
  assertEquals(seen, { clicks: 2, letGo: 0 });
  at(button, "pointerup");
  click(1);
  assertEquals(seen, { clicks: 2, letGo: 1 });
  stop();
});

Deno.test("let go beside it, nothing that is pressed later ends what is recorded then", async () => {
  const { seen, click, at, hold, stop } = stage();
  await hold();
  at(globalThis, "pointerup");
  assertEquals(seen, { clicks: 1, letGo: 1 });
  // By keyboard it begins anew.
  click(0);
  assertEquals(seen, { clicks: 2, letGo: 1 });
  at(globalThis, "pointerdown");
  at(globalThis, "pointerup");
  assertEquals(seen, { clicks: 2, letGo: 1 });
  stop();
});
