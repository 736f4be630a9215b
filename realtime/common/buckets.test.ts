import { expect, test } from "bun:test";
import { Buckets } from "./buckets.ts";

test("each has a bucket of their own", () => {
  const buckets = new Buckets();
  expect(buckets.take("ann", 1, 2, 0)).toBe(0);
  expect(buckets.take("ann", 1, 2, 0)).toBe(0);
  expect(buckets.take("ann", 1, 2, 500)).toBe(0.5);
  expect(buckets.take("ben", 1, 2, 500)).toBe(0);
  expect(buckets.take("ann", 1, 2, 1_000)).toBe(0);
});

test("counting goes on right among thousands who come and go", () => {
  const buckets = new Buckets();
  for (let i = 0; i < 5_000; i += 1) buckets.take(`p${i}`, 1, 1, i * 10);
  expect(buckets.take("ann", 1, 1, 50_000)).toBe(0);
  expect(buckets.take("p4999", 1, 1, 50_000)).toBeGreaterThan(0);
  expect(buckets.take("ann", 1, 1, 50_000)).toBe(1);
});
