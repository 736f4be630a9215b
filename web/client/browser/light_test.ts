import { assertEquals, assertMatch } from "@std/assert";
import { lightAdvice } from "./light.ts";

/** A picture with one grey in the middle, and one around it. */
function picture(middle: number, rest: number): number[] {
  const pixels: number[] = [];
  for (let y = 0; y < 24; y++) {
    for (let x = 0; x < 32; x++) {
      const isMiddle = Math.abs(x - 15.5) < 6 && Math.abs(y - 11.5) < 8;
      const grey = isMiddle ? middle : rest;
      pixels.push(grey, grey, grey, 255);
    }
  }
  return pixels;
}

Deno.test("light is told to be too little, too much, or from behind, and else nothing", () => {
  assertMatch(lightAdvice(picture(15, 15)), /too dark/);
  assertMatch(lightAdvice(picture(15, 60)), /too dark/);
  assertMatch(lightAdvice(picture(250, 250)), /too bright/);
  assertMatch(lightAdvice(picture(60, 240)), /behind you/);
});

Deno.test("dark and light skin in fair light are both fine", () => {
  for (const skin of [50, 90, 130, 180, 210]) {
    for (const wall of [skin - 40, skin, skin + 60]) {
      assertEquals(lightAdvice(picture(skin, wall)), "", `${skin} ${wall}`);
    }
  }
});
