import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { currentRequestId, inRequest, requestIdOf } from "./request-id.ts";

Deno.test("what follows from a request knows its id, beside others", async () => {
  const later = async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return currentRequestId();
  };
  const ids = await Promise.all([
    inRequest("one", later),
    inRequest("two", later),
    later(),
  ]);
  assertEquals(ids, ["one", "two", undefined]);
});

Deno.test("only a proxy of our own may name a request, and in few letters", () => {
  const named = new Headers({ "x-request-id": "proxy-0815" });
  assertEquals(requestIdOf(named, true), "proxy-0815");
  assertNotEquals(requestIdOf(named, false), "proxy-0815");
  for (const bad of ["short", "a b c d e f g", "x".repeat(40)]) {
    const headers = new Headers({ "x-request-id": bad });
    assertMatch(requestIdOf(headers, true), /^[0-9a-f-]{36}$/);
  }
});
