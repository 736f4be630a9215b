/** The words of a voice note as the page shows them: which is where, and which is said when. */
import type { Track } from "./voice-memory.ts";
import { type TimedWord, timesOf } from "./word-times.ts";

/** The words of a row, with their times; known again until its text changes. */
export interface Spoken {
  words: TimedWord[];
  /** The range of a word in the page. */
  rangeOf(word: TimedWord): Range | undefined;
  /** The word at a point of the window. */
  wordAt(x: number, y: number): TimedWord | undefined;
}

const textIn = (row: Element): Text[] => {
  const text = row.querySelector(".text");
  if (!text) return [];
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  const nodes: Text[] = [];
  while (walker.nextNode()) {
    const node = walker.currentNode as Text;
    // “edited” is not said.
    if (!node.parentElement!.closest(".mark")) nodes.push(node);
  }
  return nodes;
};

let known: { row: Element; text: string; spoken: Spoken } | undefined;

/** The words of a message's row. */
export function spokenIn(row: Element, { words, ms }: Track): Spoken {
  const nodes = textIn(row);
  const text = nodes.map(({ data }) => data).join("");
  if (known?.row === row && known.text === text) return known.spoken;
  /** The node that has a character, and its place in it. */
  const placeOf = (at: number): [Text, number] | undefined => {
    let from = 0;
    for (const node of textIn(row)) {
      if (at <= from + node.length) return [node, at - from];
      from += node.length;
    }
  };
  const timed = timesOf(text, words, ms);
  const spoken: Spoken = {
    words: timed,
    rangeOf({ from, to }) {
      const [start, end] = [placeOf(from + 1), placeOf(to)];
      if (!start || !end) return undefined;
      const range = document.createRange();
      range.setStart(start[0], start[1] - 1);
      range.setEnd(...end);
      return range;
    },
    wordAt(x, y) {
      const caret = caretAt(x, y);
      const all = textIn(row);
      const node = all.indexOf(caret?.node as Text);
      if (node < 0) return undefined;
      const before = all.slice(0, node)
        .reduce((sum, { length }) => sum + length, 0);
      const at = before + caret!.offset;
      return timed.find(({ from, to }) => from <= at && at <= to);
    },
  };
  known = { row, text, spoken };
  return spoken;
}

/** Where a caret would be set; Safari has another name for it. */
function caretAt(x: number, y: number) {
  const caret = document.caretPositionFromPoint?.(x, y);
  if (caret) return { node: caret.offsetNode, offset: caret.offset };
  const range = document.caretRangeFromPoint?.(x, y);
  return range && { node: range.startContainer, offset: range.startOffset };
}

/** Marks the word that is said now, where the browser can without changing the page. */
export function highlight(range?: Range): void {
  if (!globalThis.CSS?.highlights) return;
  if (range) CSS.highlights.set("spoken", new Highlight(range));
  else CSS.highlights.delete("spoken");
}
