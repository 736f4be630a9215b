import { assert, assertEquals } from "@std/assert";
import { exif, segment, text, withSegment } from "../faces/test-jpegs.ts";
import { register } from "./register.ts";
import { onStage, picturesOf, registrationOf, selfieOf } from "./testing.ts";

Deno.test(
  "the kept picture says nothing of the place and the device it was taken with",
  onStage(async (stage) => {
    const { s } = stage;
    const place = segment(0xe1, text("Exif\0\0GPS 52.5200 N 13.4050 E"));
    const selfie = withSegment(selfieOf("Ann"), place);
    await register(s, { ...registrationOf("Ann"), selfies: [selfie] });
    assertEquals(await picturesOf(stage), [selfieOf("Ann")]);
  }),
);

Deno.test(
  "a picture taken sideways keeps its orientation",
  onStage(async (stage) => {
    const { s } = stage;
    const selfie = withSegment(selfieOf("Ann"), exif(6));
    await register(s, { ...registrationOf("Ann"), selfies: [selfie] });
    const [kept] = await picturesOf(stage);
    assert(kept.length < selfie.length);
    assertEquals(
      kept,
      withSegment(selfieOf("Ann"), [
        ...[0xff, 0xe1, 0, 34, 0x45, 0x78, 0x69, 0x66, 0, 0],
        ...[0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1],
        ...[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0],
      ]),
    );
  }),
);
