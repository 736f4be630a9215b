import { expect, test } from "bun:test";
import { megabytesText, sizeText } from "./size-text.ts";

test("the size of a file is told as it is, also of the smallest and the largest", () => {
  const told: [number, string][] = [
    [0, "0 B"],
    [1, "1 B"],
    [999, "999 B"],
    [1_000, "1 kB"],
    [1_499, "1 kB"],
    [1_000_000, "1 MB"],
    [2_560_000, "2.6 MB"],
    [1_500_000_000, "1.5 GB"],
    [20_000_000_000, "20 GB"],
    [3_210_000_000_000, "3210 GB"],
  ];
  for (const [bytes, text] of told) expect(sizeText(bytes)).toBe(text);
});

test("what is rounded up to a whole unit is told in it", () => {
  const told: [number, string][] = [
    [999_499, "999 kB"],
    [999_500, "1 MB"],
    [999_999, "1 MB"],
    [1_049_999, "1 MB"],
    [1_050_000, "1.1 MB"],
    [999_949_999, "999.9 MB"],
    [999_950_000, "1 GB"],
    [1_000_000_000, "1 GB"],
  ];
  for (const [bytes, text] of told) expect(sizeText(bytes)).toBe(text);
});

test("a limit is told in the unit that is read most easily", () => {
  expect([1, 50, 1_000, 2_000, 2_500].map(megabytesText))
    .toEqual(["1 MB", "50 MB", "1 GB", "2 GB", "2.5 GB"]);
});
