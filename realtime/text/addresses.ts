/** Addresses of web pages in a text. Free of imports: browsers, web and realtime share it. */

/**
 * What an address cannot go on with: space, quotes, brackets and other punctuation that is
 * not ASCII (but ‐ – · ・, which names have), signs that stand for such, and what is invisible
 * or turns the direction.
 */
const END =
  /[\s<>"`\u2800´≪≫⋮⋯❛-❠！-／：-＠［-｀｛-･￠-￮]|(?![!-~‐–·・])[^\p{L}\p{N}\p{M}\p{S}]|(?![\ufe00-\ufe0f])\p{DI}/u;
/** What an address may have within, but does not end with: it is the sentence's. */
const TAIL = /[!'(*,.:;?[\\{|~‐–·・\ufe00-\ufe0f←-⋿■-◿]/;
/** The same of a host, whose names end with letters and numbers. */
const HOST_TAIL = /[_-]/;
/** What a host cannot go on with: what of it may name somebody is looked at as a whole. */
const HOST_END = /[!'()*,;]/;
/** After one of these a quote begins no word: it is the sentence's, as in `https://a.test/'s`. */
const BEFORE_QUOTE = /[/)\]}]/;
/** What stands between two addresses of a list. */
const LISTED = /[,;|]https?:\/\//iy;
/** An address that names somebody before its host, and so hides where it leads. */
const HIDES_HOST = /^\w+:[/\\]*[^/?#\\]*@/;

/** How an address begins. */
export const SCHEME = "https?:\\/\\/";

/**
 * How much of a text belongs to the address whose host it begins with; `previous` is
 * what stands before the address, which `isItalic` says stands among words after a `_`. Looks at
 * each character once.
 */
function lengthOf(
  text: string,
  previous: string | undefined,
  isItalic: boolean,
): number {
  const open = [0, 0, 0];
  let at = 0, length = 0, isHost = true, last = "";
  for (const point of text) {
    const closer = ")]}".indexOf(point), opener = "([{".indexOf(point);
    const before = open[closer] ?? 0;
    if (/[/?#\\]/.test(point)) isHost = false;
    if (
      END.test(point) || isHost && HOST_END.test(point) ||
      // What closes a bracket or a quote that was opened before is not part of it.
      closer >= 0 && before === 0 ||
      point === "'" && (BEFORE_QUOTE.test(last) || closes(text, at, previous))
    ) break;
    LISTED.lastIndex = at;
    if (LISTED.test(text)) break;
    if (closer >= 0) open[closer] = before - 1;
    if (opener >= 0) open[opener] = (open[opener] ?? 0) + 1;
    at += point.length;
    last = point;
    if (!TAIL.test(point) && !(isHost && HOST_TAIL.test(point))) length = at;
  }
  // As in _https://a.test/_, where the mark is no part of it.
  const closesMark = (isItalic || previous === "_") &&
    text[length - 1] === "_";
  return closesMark ? length - 1 : length;
}

/** Whether a quote at `at` closes one that stands before the address, and is none within a word. */
const closes = (text: string, at: number, previous: string | undefined) =>
  previous === "'" && !/[\p{L}\p{N}]/u.test(text[at + 1] ?? "");

/**
 * The address that begins at `start`, whose host begins at `host`: where it ends, and itself,
 * unless it is none, or hides where it leads. Where a `_` before it waits for another, one at its end
 * is that.
 */
export function addressAt(
  text: string,
  start: number,
  host: number,
  isItalic = false,
): { end: number; href?: string } {
  const end = host + lengthOf(text.slice(host), text[start - 1], isItalic);
  const href = text.slice(start, end);
  const isAddress = URL.canParse(href) && !HIDES_HOST.test(href);
  return isAddress ? { end, href } : { end };
}
