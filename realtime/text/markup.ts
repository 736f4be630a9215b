/**
 * The small part of Markdown that messages may have, as a tree. What is not understood stays as it
 * was typed. Each character is looked at a bounded number of times, and the tree is never deep,
 * whatever the text. Browsers, web and realtime share it.
 */
import { type Inline, inlineOf } from "./inline.ts";

export interface Item {
  /** The number that was typed, where it is not the one that comes next. */
  value?: number;
  blocks: Block[];
}

export type Block =
  | { kind: "text"; parts: Inline[] }
  /** `language` as it was said, or none. */
  | { kind: "code"; text: string; language?: string }
  | { kind: "quote"; blocks: Block[] }
  | { kind: "list"; ordered: boolean; items: Item[] };

/** Quotes and lists within each other. */
const DEEPEST = 4;

// However it was made, a text is gone through once: repetitions must not overlap here.
// The line breaks around a block are the block's own, or they would show as empty lines.
const CODE = /\n?```(?!\s*```)(?:(\w*)\n)?([^]+?)\n?```\n?|`[^`\n]+`/g;
const QUOTE = /^>(?: |$)/;
const ITEM = /^( {0,3})([-*•]|\d{1,9}\.) +(?=\S)/;

/** The tree of a message's text. */
export const markup = (text: string): Block[] =>
  parts(text, (lines) => blocksOf(lines, 0), (text, language) => ({
    ...{ kind: "code", text },
    ...(language && { language }),
  }));

/** The words of a text without their marks, for where it is shown as text alone. */
export const plainOf = (text: string): string =>
  parts(
    text,
    (lines) => lines.map((line) => inlineOf(line).map(wordsOf).join("")),
    (code) => code,
  ).join("\n").trim();

const wordsOf = (part: Inline): string => {
  if (typeof part === "string") return part;
  if (part.kind === "code") return part.text;
  if (part.kind === "link" && !part.parts) return part.href;
  return (part.parts ?? []).map(wordsOf).join("");
};

/** Blocks of code, and what the lines between them make. */
function parts<T>(
  text: string,
  between: (lines: string[]) => T[],
  code: (text: string, language?: string) => T,
): T[] {
  const all: T[] = [];
  let done = 0;
  for (const found of text.matchAll(CODE)) {
    const { 0: whole, 1: language, 2: block, index } = found;
    if (block === undefined) continue;
    const before = text.slice(done, index).split("\n");
    all.push(...between(before), code(block, language));
    done = index + whole.length;
  }
  return [...all, ...between(text.slice(done).split("\n"))];
}

function blocksOf(lines: string[], depth: number): Block[] {
  const blocks: Block[] = [];
  let text: string[] = [];
  const endText = () => {
    while (text[0]?.trim() === "") text.shift();
    while (text.at(-1)?.trim() === "") text.pop();
    if (text.length > 0) blocks.push({ kind: "text", parts: linesOf(text) });
    text = [];
  };
  for (let at = 0; at < lines.length;) {
    const { block, next } = depth < DEEPEST && blockAt(lines, at, depth) ||
      { next: at + 1 };
    if (block) {
      endText();
      blocks.push(block);
    } else text.push(lines[at] ?? "");
    at = next;
  }
  endText();
  return blocks;
}

/** The quote or the list that begins in a line, and the line after it. */
function blockAt(lines: string[], at: number, depth: number) {
  if (ITEM.test(lines[at] ?? "")) return listAt(lines, at, depth);
  let next = at;
  while (QUOTE.test(lines[next] ?? "")) next++;
  if (next === at) return undefined;
  const inner = lines.slice(at, next).map((line) => line.replace(QUOTE, ""));
  const block: Block = { kind: "quote", blocks: blocksOf(inner, depth + 1) };
  return { block, next };
}

function listAt(lines: string[], at: number, depth: number) {
  const items: Item[] = [];
  let ordered: boolean | undefined, before = 0, typed: number | undefined;
  for (;;) {
    const [mark = "", indent = "", sign = ""] = ITEM.exec(lines[at] ?? "") ??
      [];
    const isOrdered = sign.endsWith(".");
    if (mark === "" || (ordered ??= isOrdered) !== isOrdered) break;
    const inner = [lines[at]!.slice(mark.length)];
    // What is indented further goes on in the item.
    for (at++; indentOf(lines[at]) >= indent.length + 2; at++) {
      const line = lines[at]!;
      inner.push(line.slice(Math.min(indentOf(line), mark.length)));
    }
    const item: Item = { blocks: blocksOf(inner, depth + 1) };
    if (isOrdered) {
      // Ones alone count up, as they do in Markdown.
      const value = Number.parseInt(sign);
      if (value !== before + 1 && value !== typed) item.value = value;
      typed = value;
      before = item.value ?? before + 1;
    }
    items.push(item);
  }
  const block: Block = { kind: "list", ordered: ordered ?? false, items };
  return { block, next: at };
}

const indentOf = (line = "") => /^ */.exec(line)![0].length;

/** Lines that follow each other; marks end with their line. */
const linesOf = (lines: string[]): Inline[] =>
  lines.flatMap((line, at) =>
    at === 0 ? inlineOf(line) : ["\n", ...inlineOf(line)]
  );
