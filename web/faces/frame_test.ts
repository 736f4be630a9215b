import { assert, assertEquals, assertRejects } from "@std/assert";
import { encodeJpeg } from "./codec.ts";
import { FaceError } from "./face-error.ts";
import { flawOfFrame, FRAME_OF } from "./frame.ts";
import { loadModels } from "./models.ts";
import { type Picture, shrink } from "./picture.ts";
import { frame, jpegOf } from "./test-jpegs.ts";
import { pictureOf } from "./test-photos.ts";
import { farAway } from "./test-turns.ts";

const models = loadModels();

async function flawOf(photo: Picture): Promise<string | null> {
  const side = Math.ceil(photo.width / FRAME_OF);
  return await flawOfFrame(await models, await encodeJpeg(shrink(photo, side)));
}

Deno.test("on a frame it is seen that somebody stands well, too far away, turned, or nowhere", async () => {
  for (const person of ["ada", "grace"] as const) {
    const photo = await pictureOf(person);
    assertEquals(await flawOf(photo), null, person);
    assertEquals(await flawOf(farAway(photo, 2)), null, person);
    assertEquals(await flawOf(farAway(photo, 4)), "face-small", person);
    const second = await pictureOf(person, "second");
    assertEquals(await flawOf(farAway(second, 4)), "face-small", person);
  }
  for (const side of ["left", "right"] as const) {
    assertEquals(await flawOf(await pictureOf("ada", side)), "face-turned");
  }
  const nobody = await pictureOf("ada");
  nobody.data.fill(128);
  assertEquals(await flawOf(nobody), "face-none");
});

Deno.test("a frame whose face is too dark says so", async () => {
  const photo = await pictureOf("ada");
  photo.data.forEach((value, i) => {
    if (i % 4 < 3) photo.data[i] = value * 0.12;
  });
  const flaw = await flawOf(photo);
  assert(flaw === "face-dark" || flaw === "face-none", `${flaw}`);
});

Deno.test("what is larger than a frame, or none, is refused before it is decoded", async () => {
  const files: [Uint8Array, string][] = [
    [new Uint8Array(), "image-empty"],
    [new Uint8Array(70_000), "image-too-large"],
    [new Uint8Array([0x89, 0x50, 0x4e, 0x47]), "image-type"],
    [jpegOf(frame(640, 480)), "image-dimensions"],
    [jpegOf(frame(32, 32)), "image-small"],
  ];
  for (const [file, code] of files) {
    const error = await assertRejects(
      async () => await flawOfFrame(await models, file),
      FaceError,
    );
    assertEquals(error.code, code);
  }
});
