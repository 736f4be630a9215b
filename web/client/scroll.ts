/** Frames in which a row has to come to rest, and how far off it may be then: CSS pixels. */
const FRAMES = 20, OFF = 1;

export const topOf = (element: Element): number =>
  element.getBoundingClientRect().top;

/**
 * Scrolls to a row, and again for as long as that moves it: what is out of the window has an
 * estimated height until it is laid out, which is when it comes near.
 */
export async function scrollTo(
  row: Element,
  block: ScrollLogicalPosition,
): Promise<void> {
  for (let frame = 0, top = NaN; frame < FRAMES; frame++) {
    row.scrollIntoView({ block });
    if (Math.abs(topOf(row) - top) < OFF) return;
    top = topOf(row);
    await new Promise(requestAnimationFrame);
  }
}
