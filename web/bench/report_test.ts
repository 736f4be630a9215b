import { assertEquals } from "@std/assert";
import type { Run } from "./measure.ts";
import { lastLine, type Results } from "./report.ts";
import { type Scenario, SCENARIOS } from "./scenarios.ts";

const run = (answers: number): Run => ({
  answers,
  ...{ seconds: 1, p50: 1, p99: 2, bytes: 10, statuses: { 200: answers } },
  ...{ cpu: 0, server: 0, behind: 0 },
});

const scenario = (short: Scenario["short"]): Scenario =>
  SCENARIOS.find((one) => one.short === short)!;

Deno.test("the last line has the shares of each page, by rounds, and what was not measured as a dash", () => {
  const measured = (...answers: number[]) => ({
    runs: answers.map(run),
    alone: run(1),
  });
  const room: Results = {
    ours: measured(20, 100, 30),
    floor: measured(100, 200, 100),
    before: measured(5, 10, 10),
  };
  const api: Results = { ours: measured(40), floor: measured(100) };
  const all = new Map([[scenario("room"), room], [scenario("api"), api]]);
  assertEquals(
    lastLine(all),
    "pages: landing –, room 0.30, rooms –, api 0.40, post – of the floor; room 4.00 times before",
  );
});
