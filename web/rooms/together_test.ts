import { assertEquals } from "@std/assert";
import { together } from "./together.ts";

Deno.test("what is asked at once, or while a call is under way, shares a call", async () => {
  const calls: number[][] = [];
  let go = Promise.withResolvers<void>();
  const double = together<number, number>(3, async (asked) => {
    calls.push(asked);
    await go.promise;
    return asked.map((n) => 2 * n);
  });
  const first = [double(1), double(2)];
  await Promise.resolve();
  const later = [3, 4, 5, 6].map(double);
  go.resolve();
  assertEquals(await Promise.all([...first, ...later]), [2, 4, 6, 8, 10, 12]);
  assertEquals(calls, [[1, 2], [3, 4, 5], [6]]);
  go = Promise.withResolvers();
  go.resolve();
  assertEquals(await double(7), 14);
});
