import { expect, test } from "bun:test";
import fc from "fast-check";
import { fold, foldWithPlaces } from "./fold.ts";

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
