import { expect, test } from "bun:test";
import { languageInWords } from "./language-in-words.ts";

test("a tag becomes words, and what is no tag stays as it is", () => {
  const cases: [string, string][] = [
    ["de", "German"],
    ["en-US", "English (United States)"],
    ["cy-GB", "Welsh (United Kingdom)"],
    ["not a tag", "not a tag"],
    ["", ""],
  ];
  for (const [tag, words] of cases) expect(languageInWords(tag)).toBe(words);
});
