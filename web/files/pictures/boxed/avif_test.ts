import { assert, assertEquals } from "@std/assert";
import { measure } from "../measure.ts";
import { remake } from "../remake.ts";
import { PictureError } from "../picture-error.ts";
import { decodeAvif } from "./avif.ts";
import {
  changed,
  movingAvif,
  placeOf,
  stillAvif,
  tiledAvif,
} from "./testing.ts";

const AVIF = "image/avif";
const text = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);

/** What is said of a picture that is not taken, or nothing. */
async function problemOf(bytes: Uint8Array): Promise<string | undefined> {
  try {
    await remake(AVIF, bytes);
  } catch (error) {
    if (error instanceof PictureError) return error.problem;
    throw error;
  }
}

/** The corners' colours: 1 where red and 2 where green is bright. */
async function corners(bytes: Uint8Array) {
  const { width, height, data } = await decodeAvif(bytes);
  const at = (x: number, y: number) => {
    const [red, green] = data.subarray((y * width + x) * 4);
    return (red > 110 ? 1 : 0) + (green > 110 ? 2 : 0);
  };
  const [right, low] = [width - 2, height - 2];
  return {
    ...{ width, height },
    seen: [at(1, 1), at(right, 1), at(1, low), at(right, low)].join(""),
  };
}

Deno.test("AVIF: a picture is cut, turned and mirrored as its container says", async () => {
  const still = stillAvif();
  // As it was drawn: 3 2 above, 1 0 below.
  const plain = { width: 24, height: 12 };
  const onItsSide = { width: 12, height: 24 };
  const turned = (quarters: number, axis?: number) => {
    const quarter = changed(still, "irot", 4, [quarters]);
    // The last thing that is said of it is that it is mirrored; without that, what was said before.
    return axis === undefined
      ? changed(quarter, "ipma", 21, [2])
      : changed(quarter, "imir", 4, [axis]);
  };
  assertEquals(await corners(turned(0)), { ...plain, seen: "3210" });
  assertEquals(await corners(turned(1)), { ...onItsSide, seen: "2031" });
  assertEquals(await corners(turned(2)), { ...plain, seen: "0123" });
  assertEquals(await corners(turned(3)), { ...onItsSide, seen: "1302" });
  assertEquals(await corners(turned(0, 0)), { ...plain, seen: "1032" });
  assertEquals(await corners(turned(0, 1)), { ...plain, seen: "2301" });
  assertEquals(await corners(turned(1, 1)), { ...onItsSide, seen: "0213" });
  // A part that is not in it.
  const outside = changed(still, "clap", 4, [0, 0, 9, 0]);
  assertEquals(await problemOf(outside), "broken");
});

Deno.test("AVIF: it is made anew as a WebP without what its camera wrote", async () => {
  const still = stillAvif();
  assert(text(still).includes("GPS") && text(still).includes("Berlin"));
  const { bytes, type, width, height, colour } = await remake(AVIF, still);
  assertEquals([type, width, height], ["image/webp", 12, 24]);
  assertEquals(text(bytes.subarray(8, 12)), "WEBP");
  assert(/^#[\da-f]{6}$/.test(colour!));
  for (const word of ["GPS", "Berlin", "xmp"]) {
    assert(!text(bytes).includes(word), word);
  }
  const tiled = await remake(AVIF, tiledAvif());
  assertEquals([tiled.width, tiled.height], [256, 128]);
});

Deno.test("AVIF: one that moves goes on moving, without what its camera wrote", async () => {
  const moving = movingAvif();
  const { bytes, type, width, height, thumbnail } = await remake(AVIF, moving);
  assertEquals([type, width, height, thumbnail], [
    ...[undefined, 32, 16, undefined],
  ]);
  assertEquals(bytes.length, moving.length);
  assert(text(moving).includes("GPS") && !text(bytes).includes("GPS"));
  // All else is as it was.
  const from = placeOf(moving, "GPS") - 14;
  assertEquals(bytes.subarray(from + 29), moving.subarray(from + 29));
});

Deno.test("AVIF: what is more than it says, or would be, is refused before it is decoded", async () => {
  const still = stillAvif();
  const side = (pixels: number) => [pixels >> 8, pixels & 255];
  const large = [0, 0, ...side(16_000), 0, 0, ...side(16_000)];
  assertEquals(await problemOf(changed(still, "ispe", 8, large)), "large");
  // Tiles are small, but say that they are to be blown up.
  assertEquals(
    await problemOf(changed(tiledAvif(), "ispe", 8, large)),
    "large",
  );
  // Each of two is one that is taken, but not both at once.
  const tiles = tiledAvif();
  const second = text(tiles).lastIndexOf("ispe");
  const most = [0, 0, ...side(4_990), 0, 0, ...side(4_990)];
  tiles.set(most, second + 8);
  assertEquals(await problemOf(tiles), "large");
  // The frames are larger than the container says. In the sequence header of a still picture the
  // sizes' own lengths come after 10 bits.
  const at = placeOf(still, "\x12\0\x0a");
  const header = (bits: string) =>
    Array.from(
      { length: 8 },
      (_, i) => parseInt(bits.padEnd(64, "0").slice(8 * i, 8 * i + 8), 2),
    );
  const huge = new Uint8Array(still);
  const ones = "1".repeat(16);
  huge.set(header(`0001100000${"1111"}${"1111"}${ones}${ones}`), at + 4);
  assertEquals(await problemOf(huge), "large");
  // Nothing says how large they are, or how long the units.
  const silent = new Uint8Array(still);
  silent[at + 2] = 0x7a;
  assertEquals(await problemOf(silent), "broken");
  const endless = new Uint8Array(still);
  endless[at + 2] = 0x08;
  assertEquals(await problemOf(endless), "broken");
  // A thousand frames behind one another.
  const many = new Uint8Array(still);
  many.fill(0, at + 12);
  for (let i = at + 12; i + 2 < many.length; i += 2) many.set([0x1a, 0], i);
  assert((measure(AVIF, many).decoded ?? 0) > 10 * 32 * 16);
});

Deno.test("AVIF: whatever of it is cut off or changed, it is a picture or told that it is none", async () => {
  const whole = stillAvif();
  for (let end = 12; end < whole.length; end += 7) {
    assertEquals([end, await problemOf(whole.subarray(0, end))], [
      ...[end, "broken"],
    ]);
  }
  for (let at = 12; at < 0x1e0; at += 5) {
    const other = new Uint8Array(whole);
    other[at] ^= 0xff;
    const problem = await problemOf(other);
    assert(["broken", "large", undefined].includes(problem));
  }
});
