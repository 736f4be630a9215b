import { expect, test } from "bun:test";
import { Shedding } from "./shedding.ts";

test("refuses connections first, messages when there is a backlog", () => {
  const publishQueue = { waiting: 0 };
  const shedding = new Shedding(publishQueue, 100);
  const state = () => [shedding.refusesConnections, shedding.refusesMessages];
  expect(state()).toEqual([false, false]);
  shedding.observe(101);
  expect(state()).toEqual([true, false]);
  shedding.observe(99);
  expect(state()).toEqual([false, false]);
  publishQueue.waiting = 1_000_000;
  expect(state()).toEqual([true, true]);
});
