import { assert, assertEquals, assertRejects } from "@std/assert";
import { createRequire } from "node:module";
import { encodeJpeg } from "./codec.ts";
import { faceEngineContract } from "./engine-contract.ts";
import { FaceError } from "./face-error.ts";
import { rekognitionEngine } from "./rekognition.ts";
import { shrink } from "./picture.ts";
import { startAws } from "./standins/aws.ts";
import { onAws } from "./standins/testing.ts";
import { seeFaces } from "./standins/vision.ts";
import { exif, segment, text, withSegment } from "./test-jpegs.ts";
import { photo, pictureOf, selfieOf } from "./test-photos.ts";

const { cache } = createRequire(import.meta.url);
const sdkIsLoaded = () =>
  Object.keys(cache).some((path) => path.includes("client-rekognition"));

Deno.test(
  "Rekognition: the SDK is not loaded before it is needed",
  onAws(async ({ engine }) => {
    assertEquals(sdkIsLoaded(), false);
    await engine.enrol([await selfieOf("ada")]);
    assertEquals(sdkIsLoaded(), true);
  }),
);

faceEngineContract("Rekognition", () => {
  const aws = startAws();
  const engine = rekognitionEngine(aws.config);
  return {
    ...engine,
    async close() {
      await engine.close();
      await aws.close();
    },
  };
});

const enrolledAs = (selfie: Uint8Array) => ({
  template: new Uint8Array(),
  selfie: () => Promise.resolve(selfie),
});

Deno.test(
  "Rekognition: it is asked for quality and for nothing about age, gender or mood",
  onAws(async ({ engine, rekognition }) => {
    await engine.enrol([await selfieOf("ada")]);
    const [{ operation, input }] = rekognition.calls;
    assertEquals(operation, "DetectFaces");
    assertEquals(input.Attributes, [
      "DEFAULT",
      "EYES_OPEN",
      "FACE_OCCLUDED",
      "SUNGLASSES",
    ]);
  }),
);

Deno.test(
  "Rekognition: signing in is one comparison, with the threshold and the quality filter",
  onAws(async ({ engine, rekognition }) => {
    const ada = enrolledAs(await selfieOf("ada"));
    const live = await selfieOf("ada", "second");
    const { match, distance } = await engine.verify(ada, live);
    assert(match && distance !== undefined && distance <= 2);
    assertEquals(rekognition.calls.length, 1);
    const [{ operation, input }] = rekognition.calls;
    assertEquals(operation, "CompareFaces");
    assertEquals(input.SimilarityThreshold, 98);
    assertEquals(input.QualityFilter, "AUTO");
  }, { config: { matchThreshold: 98 } }),
);

Deno.test(
  "Rekognition: a head that turned aside passes a lower quality filter, and the same threshold",
  onAws(async ({ engine, rekognition }) => {
    const ada = enrolledAs(await selfieOf("ada", "second"));
    assert(
      (await engine.verify(ada, await selfieOf("ada", "left"), "turned")).match,
    );
    const [{ input }] = rekognition.calls;
    assertEquals(input.SimilarityThreshold, 95);
    assertEquals(input.QualityFilter, "LOW");
  }),
);

Deno.test(
  "Rekognition: a threshold no photo reaches matches nobody",
  onAws(async ({ engine }) => {
    const ada = enrolledAs(await selfieOf("ada"));
    const live = await selfieOf("ada", "second");
    assertEquals((await engine.verify(ada, live)).match, false);
  }, { config: { matchThreshold: 100 } }),
);

Deno.test(
  "Rekognition: no picture says where it was taken",
  onAws(async ({ engine, rekognition }) => {
    const place = segment(0xe1, text("Exif\0\0GPS 52.5200 N 13.4050 E"));
    const selfie = withSegment(await selfieOf("ada"), place);
    await engine.enrol([selfie, selfie]);
    await engine.verify(enrolledAs(selfie), selfie);
    const sent = rekognition.calls.flatMap(({ input }) =>
      [input.Image, input.SourceImage, input.TargetImage].filter(Boolean)
    );
    assertEquals(sent.length, 6);
    for (const image of sent) {
      const { Bytes } = image as { Bytes: string };
      const letters = new TextDecoder("latin1").decode(
        Uint8Array.fromBase64(Bytes),
      );
      assertEquals(letters.includes("GPS"), false);
    }
  }),
);

Deno.test(
  "Rekognition: a sideways photo is seen upright",
  onAws(async ({ engine, rekognition }) => {
    const selfie = withSegment(await selfieOf("ada"), exif(3));
    const call = engine.enrol([selfie]);
    // Upside down, it is no face, or one that is tilted by far too much.
    const { code } = await assertRejects(() => call, FaceError);
    assert(code === "face-turned" || code === "face-none", code);
    assertEquals(rekognition.calls.length, 1);
  }),
);

const TWO = { sample: 1, at: [1000, 500], scale: 0.4 } as const;

Deno.test(
  "Rekognition: several faces, or none, in the live picture are no sign-in",
  onAws(async ({ engine }) => {
    const ada = await selfieOf("ada");
    const several = await photo({ ...TWO, at: [...TWO.at] });
    const many = await assertRejects(
      () => engine.verify(enrolledAs(ada), several),
      FaceError,
    );
    assertEquals(many.code, "face-many");
    const wall = await photo({ sample: 3, at: [200, 1200], scale: 8 });
    const none = await assertRejects(
      () => engine.verify(enrolledAs(ada), wall),
      FaceError,
    );
    assertEquals(none.code, "face-none");
  }),
);

Deno.test(
  "Rekognition: closed eyes and a covered face are no enrolment",
  onAws(async ({ engine, rekognition }) => {
    const selfie = await selfieOf("ada");
    for (
      const [seen, code] of [
        [{ EyesOpen: { Value: false, Confidence: 98 } }, "face-eyes"],
        [{ FaceOccluded: { Value: true, Confidence: 98 } }, "face-covered"],
        [{ Sunglasses: { Value: true, Confidence: 98 } }, "face-covered"],
      ] as const
    ) {
      rekognition.patch = (face) => ({ ...face, ...seen });
      const error = await assertRejects(
        () => engine.enrol([selfie]),
        FaceError,
      );
      assertEquals(error.code, code);
    }
  }),
);

Deno.test(
  "Rekognition: nothing is sent when there is no picture to compare with",
  onAws(async ({ engine, rekognition }) => {
    const nobody = {
      ...enrolledAs(new Uint8Array()),
      selfie: () => Promise.resolve(null),
    };
    const live = await selfieOf("ada");
    const error = await assertRejects(
      () => engine.verify(nobody, live),
      FaceError,
    );
    assertEquals(error.code, "face-missing");
    assertEquals(rekognition.calls, []);
  }),
);

/** Grace in front of the camera, and a picture of Ada on the wall behind her. */
async function graceBeforeAda(): Promise<Uint8Array> {
  const scene = await pictureOf("grace");
  const ada = shrink(await pictureOf("ada"), 240);
  for (let y = 0; y < ada.height; y++) {
    const row = ada.data.subarray(y * ada.width * 4, (y + 1) * ada.width * 4);
    scene.data.set(row, y * scene.width * 4);
  }
  return await encodeJpeg(scene);
}

Deno.test(
  "Rekognition: a picture on the wall does not sign anybody in",
  onAws(async ({ engine }) => {
    const live = await graceBeforeAda();
    assertEquals((await seeFaces(live)).length, 2);
    const ada = enrolledAs(await selfieOf("ada"));
    assertEquals((await engine.verify(ada, live)).match, false);
    const grace = enrolledAs(await selfieOf("grace"));
    assert((await engine.verify(grace, live)).match);
  }),
);
