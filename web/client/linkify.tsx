import { type ComponentChildren, Fragment } from "preact";

/**
 * What an address cannot go on with: space, quotes, the punctuation of Chinese and
 * Japanese, dashes that part sentences, and what is invisible or turns the direction.
 */
const END =
  /(?![\ufe00-\ufe0f])\p{DI}|[\s<>"`\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Pi}\p{Pf}‚„…—؟،؛\u2800\u3000-\u3003\u3008-\u3020\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]/u;
/** What an address may have within, but does not end with: it is the sentence's. */
const TAIL = /[.,:;!?'*~|\\([{\ufe00-\ufe0f]|(?![!-~])\p{P}/u;

/**
 * Where the address in a text ends whose host starts there; `before` is what stands before
 * it. Looks at each character once.
 */
function endOf(text: string, start: number, before: string): number {
  const open = [0, 0, 0];
  let end = start;
  for (let at = start; at < text.length;) {
    const point = String.fromCodePoint(text.codePointAt(at)!);
    const closer = ")]}".indexOf(point);
    if (
      END.test(point) ||
      // What closes a bracket or a quote that was opened before is not part of it.
      closer >= 0 && !open[closer]-- ||
      point === "'" && before === point
    ) break;
    const opener = "([{".indexOf(point);
    if (opener >= 0) open[opener]++;
    at += point.length;
    if (!TAIL.test(point)) end = at;
  }
  return end;
}

/** The address, unless it is none, or names somebody before its host and so hides it. */
function safe(href: string) {
  const url = URL.canParse(href) && new URL(href);
  return url && !url.username && !url.password;
}

/** Text with its http and https addresses as links; everything else stays plain text. */
export function linkify(text: string): ComponentChildren {
  const parts: ComponentChildren[] = [];
  const scheme = /https?:\/\//gi;
  let done = 0;
  let found: RegExpExecArray | null;
  while ((found = scheme.exec(text))) {
    const end = endOf(text, scheme.lastIndex, text[found.index - 1]);
    const href = text.slice(found.index, end);
    scheme.lastIndex = end;
    if (!safe(href)) continue;
    parts.push(
      text.slice(done, found.index),
      // Written from left to right, whatever is around it.
      <a href={href} dir="ltr" target="_blank" rel="noopener noreferrer">
        {href}
      </a>,
    );
    done = end;
  }
  parts.push(text.slice(done));
  // Not `<>`: precompiled templates escape the strings of an array twice (preact 10.29).
  return <Fragment>{parts}</Fragment>;
}
