import { expect, test } from "bun:test";
import { withFewMarks } from "./marks.ts";

const SHORT = "\u0315\u0300\u05ae\u0301";

test("a character keeps thirty marks, and the rest of the text is as it was", () => {
  const kept = "a" + SHORT.repeat(7) + SHORT.slice(0, 2);
  expect(withFewMarks(`x a${SHORT.repeat(999)}b\u0301c`)).toBe(
    `x ${kept}b\u0301c`,
  );
  // Marks beyond the first 65,536 characters are two code units each.
  expect(withFewMarks("a" + "\u{1d165}".repeat(40))).toBe(
    "a" + "\u{1d165}".repeat(30),
  );
  for (const text of ["", "plain", "Zoë e\u0301", "नमस्ते", "👩🏽‍🚀", "ไม่ได้"]) {
    expect(withFewMarks(text)).toBe(text);
  }
  expect(withFewMarks("e\u0301\u0302\u0303", 2)).toBe("e\u0301\u0302");
});

test("each character has its own thirty", () => {
  const text = ("a" + "\u0301".repeat(30)).repeat(100);
  expect(withFewMarks(text)).toBe(text);
});
