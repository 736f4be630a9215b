import { expect, test } from "bun:test";
import { Shedding } from "./shedding.ts";

test("refuses connections first, messages when there is a backlog", () => {
  const outbox = { waiting: 0 };
  const shedding = new Shedding(outbox, 100);
  const state = () => [shedding.refusesConnections, shedding.refusesMessages];
  expect(state()).toEqual([false, false]);
  shedding.observe(101);
  expect(state()).toEqual([true, false]);
  shedding.observe(99);
  expect(state()).toEqual([false, false]);
  outbox.waiting = 1_000_000;
  expect(state()).toEqual([true, true]);
});
