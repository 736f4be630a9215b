import { expect, test } from "bun:test";
import { median, noise, ratio, table } from "./stats.ts";

test("takes the middle", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 2, 3])).toBe(2.5);
});

test("compares runs with their neighbours, so that a slow minute cancels out", () => {
  expect(ratio([10, 5, 20], [5, 2.5, 10])).toBe(2);
  expect(noise([10, 10, 10])).toBe(0);
  expect(noise([8, 9, 10, 11, 12])).toBe(10);
});

test("aligns columns", () => {
  expect(table([["a", "bb"], ["ccc", "d"]])).toBe("a    bb\nccc   d");
});
