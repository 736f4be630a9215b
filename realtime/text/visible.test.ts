import { expect, test } from "bun:test";
import { isBlank } from "./visible.ts";

const INVISIBLE = {
  "nothing": "",
  "spaces of every kind":
    " \t\r\n\u00a0\u1680\u2003\u202f\u205f\u3000\u2028\u2029",
  "zero width": "\u200b\u200c\u200d\u2060\ufeff",
  "braille blank": "\u2800",
  "Hangul fillers": "\u3164\u115f\u1160\uffa0",
  "soft hyphen": "\u00ad",
  "control": "\u0000\u0007\u001b\u007f\u0085",
  "direction": "\u200e\u200f\u061c\u202a\u202e\u2066\u2069",
  "variation selectors": "\ufe0f\ufe0e\u{e0100}\u180b",
  "tags": "\u{e0001}\u{e0041}\u{e007f}",
  "grapheme joiner, Mongolian separator, Khmer vowels":
    "\u034f\u180e\u17b4\u17b5",
  "invisible operators": "\u2061\u2062\u2063\u2064",
  "annotation anchors, object replacement": "\ufff9\ufffa\ufffb\ufffc",
  "music": "\u{1d159}\u{1d173}\u{1d17a}",
  "Khitan filler": "\u{16fe4}",
  "all of it at once": " \u200b\u2060\u2800\u3164\u00ad ",
};

for (const [what, text] of Object.entries(INVISIBLE)) {
  test(`${what} cannot be seen`, () => expect(isBlank(text)).toBe(true));
}

test("what can be seen is not blank, whatever is invisible around it", () => {
  const texts = [
    ".",
    "\u200b.\u2060",
    "👩‍👩‍👧",
    "❤️",
    "1️⃣",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "نعم",
    "می‌خواهم",
    "한",
    "́e",
    "\uf8ff",
  ];
  for (const text of texts) {
    expect([text, isBlank(text)]).toEqual([text, false]);
  }
});

test("four thousand invisible characters are looked at once", () => {
  expect(isBlank("\u3164".repeat(1_000_000))).toBe(true);
});
