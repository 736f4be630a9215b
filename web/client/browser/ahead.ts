/**
 * Has the browser render a room ahead while a pointer rests on its link, so that a click only shows
 * it. Nothing of it runs before (shown.ts). A browser that knows no such rules passes over them.
 */

/** A pointer that stays for so long will perhaps press; one that passes by does not: ms. */
const REST = 20;
/** Left, or rested on without a press, for so long, it is dropped: ms. */
const LEFT = 2_000, LONGEST = 60_000;

/** A page that was painted no sooner after it came is on a device with nothing to spare: ms. */
const SLOW = 500;

/** Whether this page was: there a room that is rendered ahead as well comes later, not sooner. */
function isSlow(): boolean {
  const [page] = performance.getEntriesByType(
    "navigation",
  ) as (PerformanceNavigationTiming & { activationStart?: number })[];
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  const came = Math.max(page.responseEnd, page.activationStart ?? 0);
  return !(paint?.startTime - came < SLOW);
}

/**
 * Renders one room at a time, until the signal.
 *
 * @param room the room that is open: where it is refused, as after a sign-out, nothing is rendered.
 */
export function renderAhead(room: Element, signal: AbortSignal): void {
  if (isSlow()) return;
  const nonce = document.querySelector<HTMLElement>("script[nonce]")?.nonce;
  let rules: HTMLScriptElement | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let at: HTMLAnchorElement | null = null;

  const wait = (ms: number, then: () => void) => {
    clearTimeout(timer);
    timer = setTimeout(then, ms);
  };
  // Without its rules a browser forgets what it rendered.
  const drop = () => {
    clearTimeout(timer);
    rules?.remove();
    rules = undefined;
  };
  const render = () => {
    if (!at || room.matches(".refused")) return;
    const text = JSON.stringify({ prerender: [{ urls: [at.href] }] });
    wait(LONGEST, drop);
    if (rules?.textContent === text) return;
    rules?.remove();
    rules = document.createElement("script");
    rules.type = "speculationrules";
    if (nonce) rules.nonce = nonce;
    rules.textContent = text;
    document.head.append(rules);
  };

  const over = ({ target, pointerType }: PointerEvent) => {
    // A finger does not rest before it presses; what it may press is fetched by ReadAhead.tsx.
    if (pointerType !== "mouse") return;
    const link = (target as Element).closest<HTMLAnchorElement>("[data-room]");
    if (link === at) return;
    at = link;
    // Not at once: a click goes on while its pointer leaves.
    if (link) wait(REST, render);
    else if (rules) wait(LEFT, drop);
    else clearTimeout(timer);
  };
  addEventListener("pointerover", over, { signal });
  const refused = new MutationObserver(() =>
    room.matches(".refused") && drop()
  );
  refused.observe(room, { attributeFilter: ["class"] });
  signal.addEventListener("abort", () => {
    drop();
    refused.disconnect();
  });
}
