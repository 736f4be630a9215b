/**
 * Whether work grows with the text and not with its square. Measured as a ratio: eight times the
 * text may take thirty times as long, where a quadratic function takes sixty-four times.
 */
import process from "node:process";
import { assert } from "@std/assert";

/** What is repeated, after a beginning and before an end. */
export type Text = [start: string, part: string, end: string];

/** Something that looks at a text. */
export type Look = (text: string) => unknown;

const SMALL = 4_000;
const TIMES = 8;
/** The ratio from which on it is no longer about twice for twice. */
export const MOST = 30;
/** Shorter times say nothing: milliseconds. */
const LEAST = 0.25;
const TRIES = 12;

/** One sign that stands for many, as ﷺ for 18, counts as those: memory has its own steps. */
const textOf = ([start, part, end]: Text, length: number) =>
  start + part.repeat(length / part.normalize("NFKD").length) + end;

/** The processor's milliseconds, so that others on the machine do not count; least of several. */
function timeOf(look: Look, text: string): number {
  let least = Infinity;
  for (let i = 0; i < 3; i++) {
    const before = process.cpuUsage();
    look(text);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}

/** How many times as long eight times the text takes. */
export function growthOf(look: Look, text: Text): number {
  const [small, large] = [textOf(text, SMALL), textOf(text, SMALL * TIMES)];
  let [ofSmall, ofLarge] = [Infinity, Infinity];
  // Collecting garbage and a busy machine only add to a time: the least of each is kept.
  for (let i = 0; i < TRIES; i++) {
    ofSmall = Math.min(ofSmall, timeOf(look, small));
    ofLarge = Math.min(ofLarge, timeOf(look, large));
    if (ofLarge < MOST * Math.max(LEAST, ofSmall)) break;
  }
  return ofLarge / Math.max(LEAST, ofSmall);
}

/** Tests that each of these does about twice the work for twice the text, for each of the texts. */
export function grows(
  what: string,
  looks: Record<string, Look>,
  texts: Text[],
): void {
  for (const [name, look] of Object.entries(looks)) {
    Deno.test(`${what}: ${name}`, () => {
      for (const text of texts) {
        const times = growthOf(look, text);
        assert(
          times < MOST,
          `${JSON.stringify(text)}: ${times.toFixed(0)} times`,
        );
      }
    });
  }
}
