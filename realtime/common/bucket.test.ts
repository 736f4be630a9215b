import { expect, test } from "bun:test";
import { Bucket } from "./bucket.ts";

test("gives so many at once, and then so many a second", () => {
  const bucket = new Bucket(2, 3, 0);
  expect([bucket.take(0), bucket.take(0), bucket.take(0)])
    .toEqual([true, true, true]);
  expect(bucket.take(0)).toBe(false);
  expect(bucket.wait(0)).toBe(0.5);
  expect(bucket.take(400)).toBe(false);
  expect(bucket.take(500)).toBe(true);
  expect(bucket.wait(500)).toBe(0.5);
  expect(bucket.isFull(1_999)).toBe(false);
  expect(bucket.isFull(2_001)).toBe(true);
  expect(bucket.wait(9_000)).toBe(0);
});
