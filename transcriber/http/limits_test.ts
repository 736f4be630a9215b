import { assertEquals, assertThrows } from "@std/assert";
import type { Caller } from "../access/auth.ts";
import { ApiError } from "./errors.ts";
import { RateLimiter } from "./limits.ts";

const ada: Caller = { kind: "person", id: "person:ada" };
const bob: Caller = { kind: "person", id: "person:bob" };

function limiterAt() {
  const clock = { now: 0 };
  const limiter = new RateLimiter({
    person: 2,
    program: 3,
    now: () => clock.now,
  });
  return { clock, limiter };
}

Deno.test("each person has a number of recordings a minute, and is told when the next may come", () => {
  const { clock, limiter } = limiterAt();
  limiter.take(ada);
  clock.now = 19_500;
  limiter.take(ada);
  const error = assertThrows(() => limiter.take(ada), ApiError);
  assertEquals(
    [error.code, error.status, error.retryAfter],
    ["rate-limited", 429, 11],
  );
  limiter.take(bob);
  clock.now = 30_001;
  limiter.take(ada);
  assertThrows(() => limiter.take(ada), ApiError);
});

Deno.test("programs have a number of their own, and web has none", () => {
  const { limiter } = limiterAt();
  const program: Caller = { kind: "program", id: "program:1" };
  for (let i = 0; i < 3; i++) limiter.take(program);
  assertThrows(() => limiter.take(program), ApiError);
  for (let i = 0; i < 9; i++) limiter.take({ kind: "service", id: "service" });
});

Deno.test("counting goes on right among thousands of callers who come and go", () => {
  const { clock, limiter } = limiterAt();
  for (let i = 0; i < 5_000; i++) {
    clock.now += 100;
    limiter.take({ kind: "person", id: `person:${i}` });
  }
  limiter.take(ada);
  limiter.take(ada);
  assertThrows(() => limiter.take(ada), ApiError);
});
