import { expect, test } from "bun:test";
import { type FaultKind, FAULTS, plan } from "./plan.ts";

const targets = { instances: ["one", "two"], stores: ["redis"] };

test("the same seed gives the same plan, another one another", () => {
  expect(plan(7, 30, targets)).toEqual(plan(7, 30, targets));
  expect(plan(8, 30, targets)).not.toEqual(plan(7, 30, targets));
});

test("half a minute holds every kind of fault, and none after its end", () => {
  const faults = plan(7, 30, targets);
  const kinds = new Set(faults.map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual(Object.keys(FAULTS).sort() as FaultKind[]);
  expect(faults.every(({ at }) => at < 30_000)).toBe(true);
});

test("a target has one fault at a time", () => {
  const until = new Map<string, number>();
  for (const { at, target, lasts } of plan(7, 300, targets)) {
    expect(at).toBeGreaterThanOrEqual(until.get(target) ?? 0);
    until.set(target, at + lasts);
  }
});

test("without a store of its own only instances and the network fail", () => {
  const faults = plan(7, 30, { instances: ["one"], stores: [] });
  expect(faults.length).toBeGreaterThan(10);
  expect(faults.filter(({ kind }) => kind.endsWith("store"))).toEqual([]);
});
