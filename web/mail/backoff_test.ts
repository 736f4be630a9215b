import { assert, assertEquals } from "@std/assert";
import { GIVE_UP_MS, isLast, MOST_TRIES, waitAfter } from "./backoff.ts";

Deno.test("waits grow from a minute to 8 hours, and the last try is after some 22", () => {
  const waits = Array.from(
    { length: MOST_TRIES - 1 },
    (_, n) => waitAfter(n + 1, 0.5),
  );
  const minutes = waits.map((ms) => ms / 60_000);
  assertEquals(minutes, [1, 4, 16, 64, 256, 480, 480]);
  const hours = minutes.reduce((a, b) => a + b) / 60;
  assert(hours > 20 && hours < 24);
  assertEquals(waitAfter(1, 0), 48_000);
  assertEquals(waitAfter(1, 1), 72_000);
  for (let n = 0; n < 100; n++) {
    const ms = waitAfter(2);
    assert(ms >= 192_000 && ms <= 288_000);
  }
});

Deno.test("the last try is the eighth, or the first after a day", () => {
  assertEquals(isLast(MOST_TRIES - 1, GIVE_UP_MS - 1), false);
  assertEquals(isLast(MOST_TRIES, 0), true);
  assertEquals(isLast(1, GIVE_UP_MS), true);
});
