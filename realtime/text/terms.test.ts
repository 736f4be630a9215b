import { expect, test } from "bun:test";
import fc from "fast-check";
import { fold } from "./fold.ts";
import { hasTerms, placesOf, termsOf } from "./terms.ts";
import { lookupsOf, tokensOf } from "./tokens.ts";

const finds = (search: string, text: string) =>
  hasTerms(fold(text), termsOf(search));
const marked = (search: string, text: string) =>
  placesOf(text, termsOf(search)).map(([from, to]) => text.slice(from, to));

/** Whether an index would give a text to a search. */
function isIndexed(search: string, text: string): boolean {
  const tokens = [...tokensOf(fold(text))];
  return termsOf(search).flatMap(lookupsOf).every(({ token, begins }) =>
    tokens.some((it) => begins ? it.startsWith(token) : it === token)
  );
}

/** What is searched for, a text that has it, and what of the text is marked. */
const FOUND: [search: string, text: string, marked: string[]][] = [
  ["ΚΟΣ", "ΚΟΣΜΟΣ", ["ΚΟΣ"]],
  ["κόσμος", "Ο ΚΟΣΜΟΣ", ["ΚΟΣΜΟΣ"]],
  ["τοπικοσ", "τοπικός", ["τοπικός"]],
  ["O'Brien", "ask O’Brien", ["O’Brien"]],
  ["O’Brien", "ask O'Brien", ["O'Brien"]],
  ["two spaces", "two  spaces", ["two", "spaces"]],
  ["two spaces", "two\nspaces", ["two", "spaces"]],
  ["two\u3000spaces", "two spaces", ["two", "spaces"]],
  ["hauptstrasse", "Hauptstraße 3", ["Hauptstraße"]],
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
  ["thu ov", "The ovens arrive on Thursday", ["ov", "Thu"]],
  ["office", "the o\ufb03ce", ["o\ufb03ce"]],
  ["full", "ＦＵＬＬ", ["ＦＵＬＬ"]],
  ["lodz", "Łódź", ["Łódź"]],
  ["smorrebrod", "Smørrebrød", ["Smørrebrød"]],
  ["한", "\u1112\u1161\u11ab글", ["\u1112\u1161\u11ab"]],
  ["محمد", "مُحَمَّد", ["مُحَمَّد"]],
  ["й", "ЙОД", ["Й"]],
  ["𐐨", "𐐀 deseret", ["𐐀"]],
  ["カ", "ｶﾞ", ["ｶﾞ"]],
  // Letters that people type otherwise, or that stand otherwise at the end of a word.
  ["كتاب", "كـــتاب", ["كـــتاب"]],
  ["كــتاب", "كتاب", ["كتاب"]],
  ["بسم الله", "بِسْمِ ٱللَّهِ", ["بِسْمِ", "ٱللَّهِ"]],
  ["يک علی", "یك على", ["یك", "على"]],
  ["مدرسه", "مدرسة", ["مدرسة"]],
  ["שלומ", "שָׁלוֹם", ["שָׁלוֹם"]],
  ['צה"ל', "צה״ל", ["צה״ל"]],
  ["אייער", "אײַער", ["אײַער"]],
  ["123", "١٢٣ ۱۲۳ १२३ １２３", ["١٢٣", "۱۲۳", "१२३", "１２３"]],
  ["۱۲", "123", ["12"]],
  ["ひらがな", "ヒラガナ", ["ヒラガナ"]],
  ["らーめん", "ラーメン", ["ラーメン"]],
  ["ｶﾀｶﾅ", "かたかな", ["かたかな"]],
  ["thor", "Þór", ["Þór"]],
  ["þór", "THOR", ["THOR"]],
  ["aliyev eliyev", "Əliyev aliyev", ["Əliyev", "aliyev"]],
  ["qur'an", "Qurʾān", ["Qurʾān"]],
  ["1/2", "½ cup", ["½"]],
  ["rock 'n' roll", "rock ❛n❜ roll", ["rock", "❛n❜", "roll"]],
  ["isik ISIK", "ışık IŞIK", ["ışık", "IŞIK"]],
  ["da nang", "Đà Nẵng", ["Đà", "Nẵng"]],
  ["Đà Nẵng", "da nang", ["da", "nang"]],
  ["ban ban", "ban banana urban", ["ban", "ban"]],
  ["brien", "O'Brien", ["Brien"]],
  ["example", "https://docs.example.org/", ["example"]],
  // Where nothing is between words, they are found anywhere.
  ["京都", "東京都に住む", ["京都"]],
  ["都", "東京都", ["都"]],
  ["東京都", "東京都", ["東京都"]],
  ["น้ำ", "ดื่มน้ำเย็น", ["น้ำ"]],
  ["買う", "iPhone買う", ["買う"]],
  ["iphone買", "iPhone買う", ["iPhone買"]],
  ["학교", "초등학교", ["학교"]],
  ["🎂", "Happy🎂birthday", ["🎂"]],
  // Signs are found where they are.
  ["100%", "100% sure", ["100%"]],
  ["->", "a -> b", ["->"]],
  ["_b", "a_b", ["_b"]],
  ["c++", "in C++ of course", ["C++"]],
  // Phrases.
  ['"red car"', "a Red  car, blue", ["Red  car"]],
  ["“red car”", "a red car", ["red car"]],
  ['"car" red', "red car", ["red car".slice(0, 3), "car"]],
  ['nail 5"', "a 5 inch nail", ["5", "nail"]],
  ['"東京"', "東京都", ["東京"]],
];

test("finds what people mean, marks it where it is, and an index gives it", () => {
  for (const [search, text, places] of FOUND) {
    expect([search, finds(search, text)]).toEqual([search, true]);
    expect([search, ...marked(search, text)]).toEqual([search, ...places]);
    expect([search, isIndexed(search, text)]).toEqual([search, true]);
  }
});

test("tells apart what are different words", () => {
  const different = [
    ["oven friday", "The oven arrives on Thursday"],
    ["का", "कि"],
    ["cake", "café"],
    ["a_b", "axb"],
    ["100%", "100 sure"],
    ["car", "scar"],
    ['"red car"', "red carpet"],
    ['"red car"', "car red"],
    ['"car"', "cars"],
    ["京東", "東京都"],
  ];
  for (const [search, text] of different) {
    expect([search, finds(search!, text!)]).toEqual([search!, false]);
  }
  for (
    const nothing of ["", "  ", "\u200b\u00ad", "\u0301", '"', '""', '" "']
  ) {
    expect(termsOf(nothing)).toEqual([]);
  }
});

const texts = fc.string({ unit: "binary", maxLength: 60 });
const written = fc.oneof(
  texts,
  fc.string({ unit: fc.constantFrom(..."ab1 -'\"_東京한🎂é.") }),
);

test("what is found has something marked, in order, and an index gives it", () => {
  fc.assert(
    fc.property(written, written, written, (before, search, after) => {
      const terms = termsOf(search);
      const text = `${before} ${search.replaceAll('"', " ")} ${after}`;
      const places = placesOf(text, terms);
      if (finds(search, text)) {
        expect(places.length > 0).toBe(terms.length > 0);
        expect(isIndexed(search, text)).toBe(true);
      }
      places.reduce((end, [from, to]) => {
        expect(from).toBeGreaterThan(end);
        return to;
      }, -1);
    }),
    { numRuns: 1_000 },
  );
});

test("what was typed is found in what it was typed from", () => {
  fc.assert(fc.property(texts, texts, texts, (before, search, after) => {
    const text = `${before} ${search} ${after}`;
    const words = termsOf(search.replaceAll(/["“”„‟″‶«»＂״〝〞〟]/g, " "));
    expect(hasTerms(fold(text), words)).toBe(true);
  }));
});

test("what is in an index is letters and signs, and of a bounded length", () => {
  fc.assert(fc.property(written, (text) => {
    for (const token of tokensOf(fold(text))) {
      expect(token).not.toMatch(/["\s_*()]/);
      expect([...token].length).toBeLessThanOrEqual(32);
    }
  }));
  expect(finds("x".repeat(40), "x".repeat(50))).toBe(true);
  expect(isIndexed("x".repeat(40), "x".repeat(50))).toBe(true);
  expect(isIndexed("x".repeat(20), "x".repeat(50))).toBe(true);
});
