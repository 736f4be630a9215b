import { assertEquals } from "@std/assert";
import { cameraProblem } from "./camera.ts";

Deno.test("every trouble with a camera has its own advice, and a photo always helps", () => {
  const sentences = [
    "NotAllowedError",
    "NotFoundError",
    "NotReadableError",
    "TypeError",
    "UnknownError",
  ].map((name) => cameraProblem(new DOMException("", name)));
  assertEquals(new Set(sentences).size, sentences.length);
  assertEquals(sentences.filter((s) => !/hoose a photo/.test(s)), []);
});
