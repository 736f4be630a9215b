import { assert, assertEquals } from "@std/assert";
import { decodeJpeg } from "./codec.ts";
import { inspectJpeg, segments } from "./jpeg.ts";
import { stripMetadata } from "./strip-metadata.ts";
import { exif, segment, text, withSegment } from "./test-jpegs.ts";
import { selfieOf } from "./test-photos.ts";

const PLACE = "48.8584N 2.2945E";

function contains(bytes: Uint8Array, words: string): boolean {
  return new TextDecoder("latin1").decode(bytes).includes(words);
}

Deno.test("place, comments, profile and what follows the image are gone", async () => {
  let photo = await selfieOf("ada");
  photo = withSegment(photo, segment(0xe1, text(`Exif\0\0${PLACE}`)));
  photo = withSegment(photo, segment(0xfe, text(PLACE)));
  photo = withSegment(photo, segment(0xe2, text(`ICC_PROFILE\0${PLACE}`)));
  photo = new Uint8Array([...photo, ...text(PLACE)]);

  const stripped = stripMetadata(photo);
  assert(contains(photo, PLACE));
  assert(!contains(stripped, PLACE));
  assertEquals(
    [...segments(stripped)].filter(({ marker }) => marker >= 0xe0),
    [],
  );
});

Deno.test("the pixels stay exactly as they were", async () => {
  const photo = await selfieOf("ada");
  const before = await decodeJpeg(photo);
  const after = await decodeJpeg(stripMetadata(photo));
  assertEquals(after.data.length, before.data.length);
  assert(after.data.every((value, i) => value === before.data[i]));
});

Deno.test("a photo that was turned stays turned, and says nothing else", async () => {
  const photo = withSegment(await selfieOf("ada"), [
    ...exif(6, "II"),
    ...segment(0xfe, text(PLACE)),
  ]);
  const stripped = stripMetadata(photo);
  assertEquals(inspectJpeg(stripped).orientation, 6);
  assert(!contains(stripped, PLACE));
  const { width, height } = await decodeJpeg(stripped);
  assertEquals([width, height], [480, 640]);
});

Deno.test("stripping twice changes nothing more", async () => {
  const once = stripMetadata(withSegment(await selfieOf("ada"), exif(3)));
  assertEquals(stripMetadata(once), once);
});
