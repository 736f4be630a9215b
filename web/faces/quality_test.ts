import { assert, assertEquals, assertThrows } from "@std/assert";
import { CHIP_SIZE } from "./descriptor.ts";
import { FaceError } from "./face-error.ts";
import type { Face } from "./mesh.ts";
import { emptyPicture } from "./picture.ts";
import { checkChip, chooseFace, greyscale, sharpness } from "./quality.ts";
import type { Purpose } from "./limits.ts";

const picture = emptyPicture(640, 480);

/** A good face in the middle of the picture, but for what is given. */
function face(but: Partial<Face> = {}): Face {
  const box = { left: 220, right: 420, top: 120, bottom: 360 };
  const pose = { yaw: 0, pitch: 0, roll: 0, nose: 0 };
  return { points: [], eyeDistance: 90, ...box, ...pose, ...but };
}

function assertRefused(
  faces: Face[],
  code: string,
  purpose: Purpose = "enrol",
) {
  const choose = () => chooseFace(faces, picture, purpose);
  assertEquals(assertThrows(choose, FaceError).code, code);
}

Deno.test("one good face is chosen", () => {
  const only = face();
  assertEquals(chooseFace([only], picture, "enrol"), only);
});

Deno.test("a small face in the background does not count, a large one does", () => {
  const me = face();
  const passer = face({ left: 20, right: 80, top: 20, bottom: 90 });
  const friend = face({ left: 20, right: 160, top: 100, bottom: 250 });
  assertEquals(chooseFace([passer, me], picture, "enrol"), me);
  assertRefused([friend, me], "face-many");
});

Deno.test("no face, a far one and one half outside have their own answers", () => {
  assertRefused([], "face-none");
  assertRefused([face({ eyeDistance: 39 })], "face-small");
  assertRefused([face({ left: -60, right: 140 })], "face-cut");
  assertRefused([face({ top: 300, bottom: 540 })], "face-cut");
});

Deno.test("the head must be straighter to enrol than to sign in", () => {
  for (
    const pose of [{ yaw: 30 }, { yaw: -30 }, { pitch: -28 }, { roll: 35 }]
  ) {
    const turned = face(pose);
    assertRefused([turned], "face-turned");
    assertEquals(chooseFace([turned], picture, "verify"), turned);
  }
  for (const pose of [{ yaw: 40 }, { pitch: 35 }, { roll: -45 }]) {
    assertRefused([face(pose)], "face-turned", "verify");
  }
});

Deno.test("a head that was asked to turn may be turned further, not tilted further", () => {
  for (const yaw of [-44, 44]) {
    const aside = face({ yaw });
    assertRefused([aside], "face-turned", "verify");
    assertEquals(chooseFace([aside], picture, "turned"), aside);
  }
  for (const pose of [{ yaw: 46 }, { yaw: -46 }, { roll: 41 }]) {
    assertRefused([face(pose)], "face-averted", "turned");
  }
});

/** An aligned face of stripes one pixel wide, from dark to light. */
function stripes(dark: number, light: number): Float32Array {
  return Float32Array.from(
    { length: CHIP_SIZE * CHIP_SIZE * 3 },
    (_, i) => Math.floor(i / 3) % 2 ? light : dark,
  );
}

Deno.test("darkness, glare and blur have their own answers", () => {
  const code = (chip: Float32Array) =>
    assertThrows(() => checkChip(chip, "verify"), FaceError).code;
  assertEquals(code(stripes(0, 20)), "face-dark");
  assertEquals(code(stripes(240, 250)), "face-bright");
  assertEquals(code(stripes(128, 128)), "face-blurred");
  checkChip(stripes(100, 150), "verify");
});

Deno.test("sharpness does not depend on the light", () => {
  const bright = sharpness(greyscale(stripes(120, 180)));
  const dim = sharpness(greyscale(stripes(40, 60)));
  assert(Math.abs(bright / dim - 1) < 0.01);
});
