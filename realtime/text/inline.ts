/** What stands within a line of a message: see `markup.ts`. */
import { addressAt, SCHEME } from "./addresses.ts";

type Kind = "bold" | "italic" | "strike";

export type Inline =
  | string
  | { kind: Kind; parts: Inline[] }
  | { kind: "code"; text: string }
  /** Without `parts` it is an address as it was typed. */
  | { kind: "link"; href: string; parts?: Inline[] };

/** Code, an address, a run of marks, and the beginning and middle of a link with words of its own. */
const TOKEN = new RegExp(
  `\`([^\`\\n]+)\`|${SCHEME}|\\*+|_+|~+|\\[|\\]\\((?=${SCHEME})`,
  "gi",
);
const KINDS: Record<string, Kind> = {
  "*": "italic",
  "_": "italic",
  "**": "bold",
  "~~": "strike",
};
/** Of a word; languages that write without spaces have marks within a sentence. */
const WORD =
  /(?!\p{sc=Han}|\p{sc=Hira}|\p{sc=Kana}|\p{sc=Thai}|\p{sc=Lao}|\p{sc=Khmr}|\p{sc=Mymr})[\p{L}\p{N}]/u;
/** What is marked has something of this: faces like (*^_^*) keep theirs. */
const SAYS = /[\p{L}\p{N}\p{Extended_Pictographic}]/u;

/** A mark that was opened, where what it marks begins, and what stands after it. */
interface Open {
  mark: string;
  start: number;
  parts: Inline[];
}

/** The parts of a line. */
export const inlineOf = (line: string): Inline[] => new Line(line).parts;

class Line {
  /** At most one of each kind is open, so that whatever is done for each is done a few times. */
  private readonly open: Open[] = [{ mark: "", start: 0, parts: [] }];
  /** Where what was added last begins that says something. */
  private said = 0;
  readonly parts: Inline[];

  constructor(private readonly line: string) {
    let done = 0;
    for (let found; (found = this.token(done));) {
      const text = line.slice(done, found.index);
      if (SAYS.test(text)) this.said = done;
      this.add(text);
      done = this.take(found[0], found.index, found[1]);
    }
    this.add(line.slice(done));
    this.undo(1);
    this.parts = this.open[0]!.parts;
  }

  private token(from: number): RegExpExecArray | null {
    TOKEN.lastIndex = from;
    return TOKEN.exec(this.line);
  }

  private add(part: Inline): void {
    const { parts } = this.open.at(-1)!;
    if (typeof part === "string" && typeof parts.at(-1) === "string") {
      parts[parts.length - 1] += part;
    } else if (part) parts.push(part);
  }

  /** What is open from this height on is not closed, and so is no mark. */
  private undo(height: number): void {
    for (const { mark, parts } of this.open.splice(height)) {
      this.add(mark);
      for (const part of parts) this.add(part);
    }
  }

  /** Takes what was found at `index`; gives where the line goes on. */
  private take(typed: string, index: number, code?: string): number {
    const end = index + typed.length;
    if (code !== undefined) {
      this.said = index;
      this.add({ kind: "code", text: code });
    } else if (typed === "[") {
      const height = this.heightOf("[");
      if (height > 0) this.undo(height);
      this.open.push({ mark: "[", start: end, parts: [] });
    } else if (typed === "](") return this.link(end);
    else if (typed.endsWith("/")) {
      const isItalic = this.heightOf("_") > 0;
      const { end: after, href } = addressAt(this.line, index, end, isItalic);
      this.said = index;
      this.add(href ? { kind: "link", href } : this.line.slice(index, after));
      return after;
    } else this.mark(typed, index, end);
    return end;
  }

  private heightOf(mark: string): number {
    return this.open.findIndex((open) => open.mark === mark);
  }

  /** A link with words of its own, whose address begins at `start`. */
  private link(start: number): number {
    const height = this.heightOf("[");
    const host = this.line.indexOf("//", start) + 2;
    const { end, href } = addressAt(this.line, start, host);
    if (height > 0) {
      this.undo(height + 1);
      const { start: first, parts } = this.open[height]!;
      const isWhole = this.line[end] === ")" && this.said >= first;
      if (href && isWhole && !parts.some(hasLink)) {
        this.open.pop();
        this.add({ kind: "link", href, parts });
        return end + 1;
      }
      // Whatever comes, it begins no link: it is not looked at again.
      this.undo(height);
    }
    this.add("](");
    return start;
  }

  /** A run of marks closes what is open, or else opens it, or else is text. */
  private mark(run: string, index: number, end: number): void {
    const marks = run === "***" ? ["**", "*"] : run in KINDS ? [run] : [];
    const [before, after] = [
      pointBefore(this.line, index),
      pointAt(this.line, end),
    ];
    const closes = /\S/.test(before) && !WORD.test(after);
    let left = run;
    for (let height = this.open.length - 1; closes && height > 0; height--) {
      const { mark } = this.open[height] ?? {};
      if (!mark || !marks.includes(mark) || left.length < mark.length) continue;
      if (this.close(height)) left = left.slice(mark.length);
    }
    // After a bar it is a path, or was meant as it is.
    const opens = /\S/.test(after) && !WORD.test(before) &&
      !/[\\/]/.test(before);
    const isNew = marks.every((mark) =>
      !this.open.some((open) => KINDS[open.mark] === KINDS[mark])
    );
    if (left !== run || !opens || !isNew || marks.length === 0) {
      return this.add(left);
    }
    for (const mark of marks) {
      this.open.push({ mark, start: end, parts: [] });
    }
  }

  private close(height: number): boolean {
    const { mark, start } = this.open[height]!;
    if (this.said < start) return false;
    this.undo(height + 1);
    const { parts } = this.open.pop()!;
    this.add({ kind: KINDS[mark]!, parts });
    return true;
  }
}

/** Also deep within it. */
const hasLink = (part: Inline): boolean =>
  typeof part !== "string" &&
  (part.kind === "link" || "parts" in part && !!part.parts?.some(hasLink));

const pointAt = (text: string, index: number): string =>
  index < text.length ? String.fromCodePoint(text.codePointAt(index)!) : "";

function pointBefore(text: string, index: number): string {
  const isPair = /[\udc00-\udfff]/.test(text.charAt(index - 1));
  return text.slice(Math.max(0, index - (isPair ? 2 : 1)), index);
}
