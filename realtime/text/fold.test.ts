import { expect, test } from "bun:test";
import fc from "fast-check";
import { fold, foldWithPlaces, hasWords, placesOf, wordsOf } from "./fold.ts";

const finds = (search: string, text: string) =>
  hasWords(fold(text), wordsOf(search));
const marked = (search: string, text: string) =>
  placesOf(text, wordsOf(search)).map(([from, to]) => text.slice(from, to));

/** What is searched for, a text that has it, and what of the text is marked. */
const FOUND: [search: string, text: string, marked: string[]][] = [
  ["ΚΟΣ", "ΚΟΣΜΟΣ", ["ΚΟΣ"]],
  ["κόσμος", "Ο ΚΟΣΜΟΣ", ["ΚΟΣΜΟΣ"]],
  ["κοσ", "τοπικός", ["κός"]],
  ["O'Brien", "ask O’Brien", ["O’Brien"]],
  ["O’Brien", "ask O'Brien", ["O'Brien"]],
  ["two spaces", "two  spaces", ["two", "spaces"]],
  ["two spaces", "two\nspaces", ["two", "spaces"]],
  ["two\u3000spaces", "two spaces", ["two", "spaces"]],
  ["strasse", "Hauptstraße 3", ["straße"]],
  ["STRASSE", "STRAẞE", ["STRAẞE"]],
  ["straße", "STRASSE", ["STRASSE"]],
  ["istanbul", "İstanbul", ["İstanbul"]],
  ["İstanbul", "istanbul", ["istanbul"]],
  ["cafe", "a café", ["café"]],
  ["cafe", "a cafe\u0301!", ["cafe\u0301"]],
  ["café", "a cafe", ["cafe"]],
  ["cafe\u0301", "CAFÉ", ["CAFÉ"]],
  ["shift", "a s\u00adhi\u200bft", ["s\u00adhi\u200bft"]],
  ["well-known", "well\u2011known", ["well\u2011known"]],
  ["well\u2013known", "well-known", ["well-known"]],
  ["oven thursday", "The oven arrives on Thursday", ["oven", "Thursday"]],
  ["office", "the o\ufb03ce", ["o\ufb03ce"]],
  ["fi", "o\ufb03ce", ["\ufb03"]],
  ["full", "ＦＵＬＬ", ["ＦＵＬＬ"]],
  ["lodz", "Łódź", ["Łódź"]],
  ["smorrebrod", "Smørrebrød", ["Smørrebrød"]],
  ["한", "\u1112\u1161\u11ab글", ["\u1112\u1161\u11ab"]],
  ["محمد", "مُحَمَّد", ["مُحَمَّد"]],
  ["й", "ЙОД", ["Й"]],
  ["𐐨", "𐐀 deseret", ["𐐀"]],
  ["a", "banana", ["a", "a", "a"]],
  ["カ", "ｶﾞ", ["ｶﾞ"]],
  ["ban ana", "banana", ["banana"]],
];

test("finds what people mean, and marks it where it is", () => {
  for (const [search, text, places] of FOUND) {
    expect([search, finds(search, text)]).toEqual([search, true]);
    expect([search, ...marked(search, text)]).toEqual([search, ...places]);
  }
});

test("tells apart what are different words", () => {
  const different = [
    ["oven friday", "The oven arrives on Thursday"],
    ["का", "कि"],
    ["cake", "café"],
    ["a_b", "axb"],
  ];
  for (const [search, text] of different) {
    expect([search, finds(search!, text!)]).toEqual([search!, false]);
  }
  for (const nothing of ["", "  ", "\u200b\u00ad", "\u0301"]) {
    expect(wordsOf(nothing)).toEqual([]);
  }
});

const texts = fc.string({ unit: "binary", maxLength: 60 });

test("the ways with and without places agree, and places are within the text", () => {
  fc.assert(fc.property(texts, (text) => {
    const { text: folded, from, to } = foldWithPlaces(text);
    expect(folded).toBe(fold(text));
    expect(from.length).toBe(folded.length);
    expect(to.length).toBe(folded.length);
    from.forEach((at, i) => {
      expect(at).toBeLessThan(to[i]!);
      expect(to[i]).toBeLessThanOrEqual(text.length);
      if (i > 0) expect(at).toBeGreaterThanOrEqual(from[i - 1]!);
    });
    expect(fold(folded)).toBe(folded);
  }));
});

test("what is found has something marked, and all of it is in order", () => {
  fc.assert(fc.property(texts, texts, texts, (before, search, after) => {
    const words = wordsOf(search);
    const text = `${before} ${search} ${after}`;
    const places = placesOf(text, words);
    if (words.length > 0) expect(places.length).toBeGreaterThan(0);
    places.reduce((end, [from, to]) => {
      expect(from).toBeGreaterThan(end);
      return to;
    }, -1);
  }));
});
