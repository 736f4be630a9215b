import { UNKNOWN } from "../client/drawn/times.ts";
import { assert, assertEquals } from "@std/assert";
import { agoText } from "./Ago.tsx";
import { initialsOf } from "./Avatar.tsx";
import { hueOf } from "./hue.ts";

Deno.test("initials are the first letters of the first and last word, in any script", () => {
  assertEquals(initialsOf("Ada King Lovelace"), "AL");
  assertEquals(initialsOf("  ada "), "A");
  assertEquals(initialsOf("نور حداد"), "نح");
  assertEquals(initialsOf("李 小龙"), "李小");
  // A letter and its accent, or an emoji of several code points, stay whole.
  assertEquals(initialsOf("e\u0301mile zola"), "E\u0301Z");
  assertEquals(initialsOf("👩‍👧 Family"), "👩‍👧F");
  assertEquals(initialsOf("Ada (2)"), "A2");
  assertEquals(initialsOf(""), "");
});

Deno.test("an id has one colour, and ids use all of them", () => {
  assertEquals(hueOf("a-person"), hueOf("a-person"));
  const hues = new Set(
    Array.from({ length: 200 }, () => hueOf(crypto.randomUUID())),
  );
  assertEquals(hues.size, 12);
  assert([...hues].every((hue) => hue >= 0 && hue < 12));
});

Deno.test("how long ago is said in the largest unit that fits, then as a day", () => {
  const now = Date.UTC(2026, 10, 22, 10, 0);
  const minute = 60_000;
  assertEquals(agoText(now - 30_000, now, UNKNOWN), "now");
  assertEquals(agoText(now - 59 * minute, now, UNKNOWN), "59 min");
  assertEquals(agoText(now - 60 * minute, now, UNKNOWN), "1 h");
  assertEquals(agoText(now - 24 * 60 * minute, now, UNKNOWN), "1 d");
  assertEquals(agoText(now - 7 * 24 * 60 * minute, now, UNKNOWN), "15 Nov");
  assertEquals(agoText(Date.UTC(2025, 1, 3), now, UNKNOWN), "3 Feb 2025");
  // A clock that runs ahead must not say "-1 min".
  assertEquals(agoText(now + minute, now, UNKNOWN), "now");
});
