import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { FaceError, type FaceErrorCode } from "./face-error.ts";
import { inspectJpeg, PHOTO_LIMITS } from "./jpeg.ts";
import { END, exif, frame, jpegOf, SCAN, segment } from "./test-jpegs.ts";
import { selfieOf } from "./test-photos.ts";

function assertRefused(jpeg: Uint8Array, code: FaceErrorCode) {
  assertEquals(assertThrows(() => inspectJpeg(jpeg), FaceError).code, code);
}

Deno.test("the header tells size and orientation", () => {
  const plain = { width: 640, height: 480, orientation: 1 };
  assertEquals(inspectJpeg(jpegOf(frame(640, 480), SCAN, END)), plain);
  for (const order of ["II", "MM"] as const) {
    const rotated = jpegOf(exif(6, order), frame(640, 480), SCAN, END);
    assertEquals(inspectJpeg(rotated), { ...plain, orientation: 6 });
  }
});

Deno.test("an orientation that does not exist counts as upright", () => {
  const odd = jpegOf(exif(9), frame(640, 480), SCAN, END);
  assertEquals(inspectJpeg(odd).orientation, 1);
});

Deno.test("a real photo passes", async () => {
  const info = inspectJpeg(await selfieOf("ada"));
  assertEquals(info, { width: 640, height: 480, orientation: 1 });
});

Deno.test("a header that promises too many pixels is refused before anything else", () => {
  for (const [width, height] of [[65500, 65500], [12000, 12000], [4097, 200]]) {
    assertRefused(jpegOf(frame(width, height)), "image-dimensions");
  }
  assertRefused(jpegOf(frame(4096, 4096)), "image-dimensions");
  assertRefused(jpegOf(frame(640, 159)), "image-small");
  assertRefused(jpegOf(frame(0, 0)), "image-small");
});

Deno.test("an empty upload, another format and odd kinds of JPEG have their own answers", () => {
  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]);
  assertRefused(new Uint8Array(), "image-empty");
  assertRefused(png, "image-type");
  assertRefused(new TextEncoder().encode("<svg/>"), "image-type");
  const odd = [
    { components: 4 },
    { precision: 12 },
    { marker: 0xc3 },
    { marker: 0xc9 },
  ];
  for (const kind of odd) {
    assertRefused(jpegOf(frame(640, 480, kind), SCAN, END), "image-type");
  }
});

Deno.test("more than 2 MB are refused whatever is in them", () => {
  assertRefused(new Uint8Array(3_000_000), "image-too-large");
  assertRefused(new Uint8Array(PHOTO_LIMITS.bytes + 1), "image-too-large");
});

Deno.test("a photo cut off anywhere is refused", async () => {
  const selfie = await selfieOf("ada");
  fc.assert(fc.property(fc.nat(selfie.length - 4), (cut) => {
    const error = assertThrows(
      () => inspectJpeg(selfie.subarray(0, cut + 3)),
      FaceError,
    );
    assertEquals(error.code, "image-broken");
  }));
});

Deno.test("what follows the end of the image does not matter", () => {
  const trailer = [...END, 1, 2, 3, 4];
  assertEquals(inspectJpeg(jpegOf(frame(640, 480), SCAN, trailer)).width, 640);
});

Deno.test("stray bytes between segments do not matter", () => {
  const padded = jpegOf(exif(1), [0, 0, 0xff, 0], frame(640, 480), SCAN, END);
  assertEquals(inspectJpeg(padded).width, 640);
});

Deno.test("a thousand scans, each a pass over all pixels, are refused", () => {
  const scans = new Array(1000).fill(SCAN);
  assertRefused(jpegOf(frame(4000, 3000), ...scans, END), "image-type");
});

Deno.test("a second frame header cannot smuggle in other dimensions", () => {
  const two = jpegOf(frame(640, 480), frame(640, 480), SCAN, END);
  assertRefused(two, "image-broken");
});

Deno.test("a directory that points outside its segment is ignored", () => {
  const broken = exif(6).slice(4);
  broken.fill(0xff, 10, 14);
  const file = jpegOf(segment(0xe1, broken), frame(640, 480), SCAN, END);
  assertEquals(inspectJpeg(file).orientation, 1);
});

Deno.test("no bytes at all bring the reader to anything but an answer", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const file = new Uint8Array([0xff, 0xd8, 0xff, ...bytes]);
      try {
        inspectJpeg(file);
      } catch (error) {
        if (!(error instanceof FaceError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});
