import { expect, test } from "bun:test";
import { settle, type Settling } from "./settle.ts";

/** A client that shows one entry more each time `every` milliseconds have passed. */
function reader(every: number, clock: { ms: number }): Settling {
  const at = () => Math.floor(clock.ms / every);
  return {
    record: { room: "a" },
    waiting: 0,
    get offset() {
      return at();
    },
    settledAt: (offset) => at() >= offset,
  };
}

/** How long a log was waited for whose entries are shown one in so many milliseconds. */
async function waited(every: number, entries = 10): Promise<number> {
  const clock = { ms: 0 };
  const newest = () => Promise.resolve(new Map([["a", entries]]));
  await settle([reader(every, clock)], newest, {
    stuck: 20_000,
    longest: 240_000,
    now: () => clock.ms,
    sleep: (ms) => Promise.resolve(void (clock.ms += ms)),
  });
  return clock.ms;
}

test("clients that are slow, but get on, are waited for", async () => {
  expect(await waited(15_000)).toBe(150_000);
});

test("who gets nowhere is not waited for", async () => {
  expect(await waited(Infinity)).toBe(20_000);
});

test("and nobody for ever", async () => {
  expect(await waited(15_000, 1_000)).toBe(240_000);
});
