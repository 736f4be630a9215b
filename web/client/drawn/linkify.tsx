import { type ComponentChildren, Fragment } from "preact";

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

/**
 * How much of a text belongs to the address whose host it begins with; `before` is what
 * stands before the address. Looks at each character once.
 */
function lengthOf(text: string, before: string): number {
  const open = [0, 0, 0];
  let at = 0, length = 0;
  for (const point of text) {
    const closer = ")]}".indexOf(point);
    if (
      END.test(point) ||
      // What closes a bracket or a quote that was opened before is not part of it.
      closer >= 0 && !open[closer]-- ||
      point === "'" && before === point
    ) break;
    open["([{".indexOf(point)]++;
    at += point.length;
    if (!TAIL.test(point)) length = at;
  }
  return length;
}

/** Text with its http and https addresses as links; everything else stays plain text. */
export function linkify(text: string): ComponentChildren {
  const parts: ComponentChildren[] = [];
  const scheme = /https?:\/\//gi;
  let done = 0;
  let found: RegExpExecArray | null;
  while ((found = scheme.exec(text))) {
    const { index } = found;
    scheme.lastIndex += lengthOf(
      text.slice(scheme.lastIndex),
      text[index - 1],
    );
    const href = text.slice(index, scheme.lastIndex);
    if (!URL.canParse(href) || HIDES_HOST.test(href)) continue;
    parts.push(
      text.slice(done, index),
      // Written from left to right, whatever is around it.
      <a href={href} dir="ltr" target="_blank" rel="noopener noreferrer">
        {href}
      </a>,
    );
    done = scheme.lastIndex;
  }
  parts.push(text.slice(done));
  // Not `<>`: precompiled templates escape the strings of an array twice (preact 10.29).
  return <Fragment>{parts}</Fragment>;
}
