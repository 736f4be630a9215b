import { assertEquals } from "@std/assert";
import { openTimers } from "./timers.ts";

Deno.test("a timer set again replaces the one before, and all end together", async () => {
  const done: string[] = [];
  const { after, stop, stopAll } = openTimers();
  await new Promise<void>((resolve) => {
    after("one", 1, () => done.push("one, too early"));
    after("one", 5, () => done.push("one"));
    after("two", 1, () => done.push("two"));
    stop("two");
    after("last", 20, resolve);
  });
  assertEquals(done, ["one"]);
  after("never", 1, () => done.push("never"));
  stopAll();
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(done, ["one"]);
});
