import { expect, test } from "bun:test";
import { byteRange } from "./byte-range.ts";

test("a range of bytes is that of RFC 9110, within what there is", () => {
  expect(byteRange("bytes=0-", 10)).toEqual({ from: 0, to: 9 });
  expect(byteRange("bytes=2-4", 10)).toEqual({ from: 2, to: 4 });
  expect(byteRange("bytes=2-400", 10)).toEqual({ from: 2, to: 9 });
  expect(byteRange("bytes=-3", 10)).toEqual({ from: 7, to: 9 });
  expect(byteRange("bytes=-30", 10)).toEqual({ from: 0, to: 9 });
  expect(byteRange("bytes=10-", 10)).toBeNull();
  for (const all of [null, "bytes=-", "bytes=4-2", "bytes=0-1,3-4", "x"]) {
    expect(byteRange(all, 10)).toBeUndefined();
  }
});
