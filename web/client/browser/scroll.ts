/** Frames a row has to come to rest in, for how many it must rest, and how far off: CSS pixels. */
const FRAMES = 40, RESTS = 4, OFF = 1;

const topOf = (element: Element): number => element.getBoundingClientRect().top;

/**
 * Scrolls to a row, and again when that moves it: what is out of the window has an estimated
 * height until it is laid out, which is when it comes near.
 */
export async function scrollTo(
  row: Element,
  block: ScrollLogicalPosition,
): Promise<void> {
  let top = NaN;
  for (let frame = 0, rests = 0; frame < FRAMES && rests < RESTS; frame++) {
    if (Math.abs(topOf(row) - top) < OFF) rests++;
    else {
      rests = 0;
      row.scrollIntoView({ block });
      top = topOf(row);
    }
    await new Promise(requestAnimationFrame);
  }
}
