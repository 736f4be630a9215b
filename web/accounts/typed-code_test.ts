import { assertEquals } from "@std/assert";
import { typedCode } from "./typed-code.ts";

Deno.test("a code is its letters and digits, whatever a keyboard makes of it", () => {
  for (
    const typed of [
      "123456",
      " 123 456 ",
      "123-456",
      "123–456",
      "123\u2011456",
      "123—456",
      "123−456",
      "123.456.",
      "\u200e123\u00a0456\u200b",
      "１２３　４５６",
      "١٢٣ ٤٥٦",
      "۱۲۳۴۵۶",
      "१२३४५६",
      "𝟙𝟚𝟛𝟜𝟝𝟞",
    ]
  ) assertEquals(typedCode(typed), "123456", typed);
  assertEquals(typedCode("ABCD–efgh–００１２"), "ABCDefgh0012");
});

Deno.test("what is no code stays what it is", () => {
  assertEquals(typedCode(""), "");
  assertEquals(typedCode("12a456"), "12a456");
});
