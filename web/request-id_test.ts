import { assertEquals } from "@std/assert";
import { currentRequestId, inRequest } from "./request-id.ts";

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
