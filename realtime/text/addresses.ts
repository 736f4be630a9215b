/** Addresses of web pages in a text. Free of imports: browsers, web and realtime share it. */

/**
 * What an address cannot go on with: space, quotes, brackets and other punctuation that is
 * not ASCII (but ‐ – · ・, which names have), and what is invisible or turns the direction.
 */
const END =
  /[\s<>"`\u2800]|(?![!-~‐–·・])[^\p{L}\p{N}\p{M}\p{S}]|(?![\ufe00-\ufe0f])\p{DI}/u;
/** What an address may have within, but does not end with: it is the sentence's. */
const TAIL = /[!'(*,.:;?[\\{|~‐–·・\ufe00-\ufe0f]/;
/** An address that names somebody before its host, and so hides where it leads. */
const HIDES_HOST = /^\w+:[/\\]*[^/?#\\]*@/;

/** How an address begins. */
export const SCHEME = "https?:\\/\\/";

/**
 * How much of a text belongs to the address whose host it begins with; `previous` is
 * what stands before the address. Looks at each character once.
 */
function lengthOf(text: string, previous: string | undefined): number {
  const open = [0, 0, 0];
  let at = 0, length = 0;
  for (const point of text) {
    const closer = ")]}".indexOf(point), opener = "([{".indexOf(point);
    const before = open[closer] ?? 0;
    if (
      END.test(point) ||
      // What closes a bracket or a quote that was opened before is not part of it.
      closer >= 0 && before === 0 || point === "'" && previous === point
    ) break;
    if (closer >= 0) open[closer] = before - 1;
    if (opener >= 0) open[opener] = (open[opener] ?? 0) + 1;
    at += point.length;
    if (!TAIL.test(point)) length = at;
  }
  return length;
}

/**
 * The address that begins at `start`, whose host begins at `host`: where it ends, and itself,
 * unless it is none, or hides where it leads.
 */
export function addressAt(
  text: string,
  start: number,
  host: number,
): { end: number; href?: string } {
  const end = host + lengthOf(text.slice(host), text[start - 1]);
  const href = text.slice(start, end);
  const isAddress = URL.canParse(href) && !HIDES_HOST.test(href);
  return isAddress ? { end, href } : { end };
}
