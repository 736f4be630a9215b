import { assert, assertEquals } from "@std/assert";
import { decodeJpeg, encodeJpeg } from "./codec.ts";
import { emptyPicture, type Picture } from "./picture.ts";
import { exif, withSegment } from "./test-jpegs.ts";

/** A 64 × 32 picture: white in the top left quarter, black elsewhere. */
function corner(): Picture {
  const picture = emptyPicture(64, 32);
  for (let y = 0; y < 16; y++) {
    for (let x = 0; x < 32; x++) {
      picture.data.set([255, 255, 255, 255], (y * 64 + x) * 4);
    }
  }
  return picture;
}

/** The corner of a picture that is white. */
function whiteCorner({ width, height, data }: Picture): string {
  const bright = (x: number, y: number) => data[(y * width + x) * 4] > 200;
  const corners = {
    "top left": bright(4, 4),
    "top right": bright(width - 5, 4),
    "bottom left": bright(4, height - 5),
    "bottom right": bright(width - 5, height - 5),
  };
  const white = Object.entries(corners).filter(([, value]) => value);
  assertEquals(white.length, 1);
  return white[0][0];
}

Deno.test("what is encoded decodes to nearly the same", async () => {
  const decoded = await decodeJpeg(await encodeJpeg(corner(), 95));
  assertEquals([decoded.width, decoded.height], [64, 32]);
  assertEquals(whiteCorner(decoded), "top left");
  assert(decoded.data.every((value, i) => i % 4 !== 3 || value === 255));
});

Deno.test("each of the eight orientations is turned upright", async () => {
  const jpeg = await encodeJpeg(corner(), 95);
  const expected: Record<number, [string, number]> = {
    1: ["top left", 64],
    2: ["top right", 64],
    3: ["bottom right", 64],
    4: ["bottom left", 64],
    5: ["top left", 32],
    6: ["top right", 32],
    7: ["bottom right", 32],
    8: ["bottom left", 32],
  };
  for (const [orientation, [where, width]] of Object.entries(expected)) {
    const turned = await decodeJpeg(withSegment(jpeg, exif(+orientation)));
    assertEquals([whiteCorner(turned), turned.width], [where, width]);
  }
});
