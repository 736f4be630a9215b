import { assert, assertEquals } from "@std/assert";
import { nameProblem, normaliseName } from "./accounts/fields.ts";
import { cleanName } from "./clean-name.ts";

Deno.test("names lose what cannot be seen, and keep what is written", () => {
  const cases: [string, string][] = [
    ["  Ada \n King ", "Ada King"],
    ["A\u200bd\u00ada\u2060\ufeff", "Ada"],
    ["\u202eadA\u202c", "adA"],
    ["A\u200dd\u200ca\ufe0f", "Ada"],
    ["Ada\u0000King", "Ada King"],
    ["\u3164\u2800\u200b", ""],
    ["\ud83dTea \udc4d", "Tea"],
    ["\u0301 \u0e34", ""],
    ["e\u0301mile", "émile"],
    // Joiners that are written: Persian, and a family.
    ["می\u200cخواهم", "می\u200cخواهم"],
    ["👩\u200d👧 Team", "👩\u200d👧 Team"],
    ["❤\ufe0f", "❤\ufe0f"],
    ["नमस्ते", "नमस्ते"],
    ["Nguyễn", "Nguyễn"],
  ];
  for (const [name, kept] of cases) assertEquals(cleanName(name), kept);
  for (const [, kept] of cases) assertEquals(cleanName(kept), kept);
});

Deno.test("a letter of a name carries few marks", () => {
  const zalgo = cleanName("Z" + "\u0315\u0300\u05ae\u0301".repeat(20) + "oe");
  assert([...zalgo].length <= 7, zalgo);
  assert(zalgo.startsWith("Z") && zalgo.endsWith("oe"));
});

Deno.test("people may not be called nothing, nor by what no font has", () => {
  for (
    const name of [
      "",
      "\u200b\u2060",
      "\u0301",
      "!!",
      "a\ue000",
      "x".repeat(81),
    ]
  ) {
    assert(nameProblem(name) !== null, name);
  }
  for (const name of ["Ada", "A\u200bda", "李", "نور"]) {
    assertEquals(nameProblem(name), null);
  }
  assertEquals(normaliseName("A\u200bda"), "Ada");
});
