/**
 * Parts of pages as the server has drawn them before. Most of what a page shows was shown a moment
 * ago, to somebody else or to the same person: drawing it anew took most of the time of a page.
 */
import type { ComponentChildren } from "preact";
import { Fragment, h } from "preact";
import { renderToString } from "preact-render-to-string";

/** Characters of markup and of what it was made from that are kept, in all: a byte each, or two. */
const MOST = 16_000_000;

/** Markup by all that it was drawn from; the least used first. */
const kept = new Map<string, string>();
let size = 0;

function keep(source: string, html: string): void {
  kept.set(source, html);
  size += source.length + html.length;
  for (const [oldest, { length }] of kept) {
    if (size <= MOST) return;
    kept.delete(oldest);
    size -= oldest.length + length;
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
