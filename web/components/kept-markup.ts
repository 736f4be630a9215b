/**
 * Parts of pages as the server has drawn them before. Most of what a page shows was shown a moment
 * ago, to somebody else or to the same person: drawing it anew took most of the time of a page.
 */
import type { ComponentChildren } from "preact";
import { Fragment, h } from "preact";
import { renderToString } from "preact-render-to-string";

/** Bytes of markup and of what it was made from that are kept, in all. */
const MOST = 32_000_000;

/** What takes two bytes a character in V8: one such character makes all of a text wide. */
const WIDE = /[^\0-\xff]/;

/**
 * Bytes that a text takes. To be looked at, it becomes one piece: V8 keeps a text as the hundred
 * pieces it was put together from until somebody reads it, and those took three times as much.
 */
const bytesOf = (text: string): number =>
  text.length * (WIDE.test(text) ? 2 : 1);

/** Markup by all that it was drawn from; the least used first. */
const kept = new Map<string, string>();
let size = 0;

function keep(source: string, html: string): void {
  kept.set(source, html);
  size += bytesOf(source) + bytesOf(html);
  for (const [oldest, markup] of kept) {
    if (size <= MOST) return;
    kept.delete(oldest);
    size -= bytesOf(oldest) + bytesOf(markup);
  }
}

/**
 * The markup of a part of a page.
 *
 * @param source everything it is drawn from, and what tells it from other kinds of parts: two parts
 * with one source are drawn alike, whoever reads. No link in it may lead to the page it is on, or to
 * what is above that, unless it says so itself: Fresh would mark it.
 */
export function keptMarkup(
  source: string,
  draw: () => ComponentChildren,
): string {
  const known = kept.get(source);
  if (known !== undefined) {
    kept.delete(source);
    kept.set(source, known);
    return known;
  }
  const html = renderToString(h(Fragment, null, draw()));
  keep(source, html);
  return html;
}
