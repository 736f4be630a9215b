import { fold } from "../../realtime/text/fold.ts";

/**
 * Letters, folded, that are drawn like Latin ones, or nearly: those of Unicode's confusables
 * (UTS #39) that are on keyboards. Capitals count too: В is a B.
 */
const DRAWN_ALIKE: Record<string, string> = Object.fromEntries(
  [
    ["аαɑ", "a"],
    ["вβ", "b"],
    ["сϲ", "c"],
    ["ԁ", "d"],
    ["еε", "e"],
    ["ɡ", "g"],
    ["нηһ", "h"],
    ["іιl1|ӏ!", "i"],
    ["ј", "j"],
    ["кκ", "k"],
    ["мμ", "m"],
    ["νп", "n"],
    ["оο0օ", "o"],
    ["рρ", "p"],
    ["ѕ5", "s"],
    ["тτ", "t"],
    ["ѵ", "v"],
    ["ԝω", "w"],
    ["хχ", "x"],
    ["уυγ", "y"],
    ["ζ", "z"],
  ].flatMap(([letters, latin]) =>
    [...letters].map((letter) => [letter, latin])
  ),
);

/**
 * What a name looks like to somebody who does not look closely: equal for names that differ in
 * case, accents, spaces, punctuation, invisible characters, or letters drawn alike.
 */
export function looksOf(name: string): string {
  const letters = [...fold(name)].map((it) => DRAWN_ALIKE[it] ?? it).join("");
  const looks = letters.replace(/[^\p{L}\p{N}]/gu, "");
  return looks.replaceAll("rn", "m").replaceAll("vv", "w");
}
