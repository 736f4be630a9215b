/**
 * What an index holds of a text, and what is looked up in it for a term. A word is a token; where
 * words are not told apart by spaces, each two neighbours are one, and the last by itself. What
 * the index finds is looked at again ({@link hasTerms}), so it may find too much, never too little.
 */
import { kindOf, type Term } from "./terms.ts";

/** Characters of a word that are kept: what nobody types takes no more. */
const TOKEN_LENGTH = 32;

interface Run {
  kind: "word" | "unspaced";
  points: string[];
}

function* runsOf(folded: string): Generator<Run> {
  let run: Run | undefined;
  for (const point of folded) {
    const kind = kindOf(point);
    if (run && run.kind !== kind) {
      yield run;
      run = undefined;
    }
    if (kind === "gap") continue;
    run ??= { kind, points: [] };
    run.points.push(point);
  }
  if (run) yield run;
}

const wordToken = ({ points }: Run): string =>
  points.slice(0, TOKEN_LENGTH).join("");

const pairsOf = ({ points }: Run): string[] =>
  points.slice(1).map((point, i) => points[i] + point);

/** The tokens of a folded text, each once. */
export function tokensOf(folded: string): Set<string> {
  const tokens = new Set<string>();
  for (const run of runsOf(folded)) {
    if (run.kind === "word") tokens.add(wordToken(run));
    else {
      for (const pair of pairsOf(run)) tokens.add(pair);
      tokens.add(run.points.at(-1)!);
    }
  }
  return tokens;
}

/** A token that a text must have; with `begins`, any token that begins with it will do. */
export interface Lookup {
  token: string;
  begins: boolean;
}

/** What to look up for a term. Empty for signs that no index holds, such as `->`. */
export function lookupsOf({ text, whole }: Term): Lookup[] {
  const runs = [...runsOf(text)];
  const endsInWord = kindOf([...text].at(-1) ?? " ") === "word";
  return runs.flatMap((run, i) => {
    if (run.kind === "word") {
      const isOpen = !whole && endsInWord && i === runs.length - 1 &&
        run.points.length < TOKEN_LENGTH;
      return [{ token: wordToken(run), begins: isOpen }];
    }
    return run.points.length === 1
      ? [{ token: run.points[0]!, begins: true }]
      : pairsOf(run).map((token) => ({ token, begins: false }));
  });
}
