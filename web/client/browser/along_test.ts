import { assertEquals } from "@std/assert";
import { goesAlong } from "./along.ts";

Deno.test("files and a recording go along with a text, and come off it, each by itself", () => {
  for (
    const [one, other] of [["files", "voice"], ["voice", "files"]] as const
  ) {
    const input: { dataset: DOMStringMap } = { dataset: {} };
    goesAlong(input, one, true);
    goesAlong(input, other, true);
    goesAlong(input, other, true);
    goesAlong(input, other, false);
    assertEquals(input.dataset, { files: one });
    goesAlong(input, one, false);
    assertEquals(input.dataset, {});
  }
});
