import { expect, test } from "bun:test";
import { Histogram, Registry } from "prom-client";
import { Durations } from "./durations.ts";

test("says what prom-client's own histogram says", async () => {
  const buckets = [.001, .25, 4];
  const [ours, theirs] = [new Registry(), new Registry()];
  const one = new Durations("wait_seconds", "How long.", buckets, ours);
  const other = new Histogram({
    name: "wait_seconds",
    help: "How long.",
    buckets,
    registers: [theirs],
  });
  expect(await ours.metrics()).toBe(await theirs.metrics());
  for (const seconds of [0, .001, .0011, .25, .25, 3.5, 4, 4.1, 900]) {
    one.observe(seconds);
    other.observe(seconds);
  }
  expect(await ours.metrics()).toBe(await theirs.metrics());
  expect(one.count).toBe(9);
});
