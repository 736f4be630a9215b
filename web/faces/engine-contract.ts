/** What every FaceEngine promises, as tests: call it from the test file of each. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { AppError } from "../errors.ts";
import type { EnrolledFace, FaceEngine } from "./engine.ts";
import { FaceError } from "./face-error.ts";
import { emptyPicture } from "./picture.ts";
import { encodeJpeg } from "./codec.ts";
import { frame, jpegOf } from "./test-jpegs.ts";
import { type Person, photo, selfieOf, type Variant } from "./test-photos.ts";

/** Registers the tests of one engine; `make` gives a new one each time. */
export function faceEngineContract(name: string, make: () => FaceEngine) {
  function test(promise: string, run: (engine: FaceEngine) => Promise<void>) {
    Deno.test(`${name}: ${promise}`, async () => {
      const engine = make();
      try {
        await run(engine);
      } finally {
        await engine.close();
      }
    });
  }

  async function enrolled(
    engine: FaceEngine,
    selfies: Uint8Array[],
  ): Promise<EnrolledFace> {
    const { template, best } = await engine.enrol(selfies);
    return { template, selfie: () => Promise.resolve(selfies[best]) };
  }

  async function assertRefused(call: Promise<unknown>, code: string) {
    assertEquals((await assertRejects(() => call, FaceError)).code, code);
  }

  test("another photo of the person who enrolled matches", async (engine) => {
    const ada = await enrolled(engine, [await selfieOf("ada")]);
    const live = await selfieOf("ada", "second");
    assert((await engine.verify(ada, live)).match);
  });

  test("another person does not match", async (engine) => {
    const ada = await enrolled(engine, [await selfieOf("ada")]);
    assertEquals(
      (await engine.verify(ada, await selfieOf("grace"))).match,
      false,
    );
    const grace = await enrolled(engine, [await selfieOf("grace")]);
    assertEquals(
      (await engine.verify(grace, await selfieOf("ada"))).match,
      false,
    );
  });

  test("three selfies make one enrolment, and one of them is the best", async (engine) => {
    const selfies = [
      await selfieOf("ada"),
      await selfieOf("ada", "second"),
      await selfieOf("ada", "turned"),
    ];
    const { best } = await engine.enrol(selfies);
    assert(best in selfies);
    const ada = await enrolled(engine, selfies);
    for (const selfie of selfies) {
      assert((await engine.verify(ada, selfie)).match);
    }
    assertEquals(
      (await engine.verify(ada, await selfieOf("grace"))).match,
      false,
    );
  });

  test("it says how far the head is turned, and to which side", async (engine) => {
    const ada = await enrolled(engine, [await selfieOf("ada")]);
    const yawOf = async (variant: Variant) => {
      const live = await selfieOf("ada", variant);
      const { match, yaw } = await engine.verify(ada, live, "turned");
      assert(match, variant);
      return yaw;
    };
    const [straight, left, right] = [
      await yawOf("second"),
      await yawOf("left"),
      await yawOf("right"),
    ];
    assert(Math.abs(straight) < 12, `straight: ${straight}`);
    assert(left > 22 && left < 45, `left: ${left}`);
    assert(right < -22 && right > -45, `right: ${right}`);
  });

  test("a photo is compared with the live one before it", async (engine) => {
    const ada = await enrolled(engine, [await selfieOf("ada")]);
    const { face } = await engine.verify(ada, await selfieOf("ada", "second"));
    const matches = async (person: Person) => {
      const turned = await selfieOf(person, "left");
      return (await engine.verify(face, turned, "turned")).match;
    };
    assert(await matches("ada"));
    assert(!(await matches("grace")));
  });

  test("another person's turned head does not match", async (engine) => {
    const ada = await enrolled(engine, [await selfieOf("ada")]);
    for (const side of ["left", "right"] as const) {
      const live = await selfieOf("grace", side);
      assert(!(await engine.verify(ada, live, "turned")).match);
    }
  });

  test("a profile is refused, also of a head that was asked to turn", async (engine) => {
    const ada = await enrolled(engine, [await selfieOf("ada")]);
    const profile = await photo({ sample: 2, at: [457, 294], scale: 1.2 });
    await assertRefused(engine.verify(ada, profile), "face-turned");
    const turned = engine.verify(ada, profile, "turned");
    await assertRefused(turned, "face-averted");
  });

  test("selfies of two people are not enrolled as one", async (engine) => {
    const mixed = [await selfieOf("ada"), await selfieOf("grace")];
    await assertRefused(engine.enrol(mixed), "face-differs");
  });

  test("none or too many selfies are refused", async (engine) => {
    const selfie = await selfieOf("ada");
    await assertRefused(engine.enrol([]), "image-empty");
    await assertRefused(engine.enrol(new Array(4).fill(selfie)), "image-count");
  });

  test("a wall is not a face", async (engine) => {
    const wall = await encodeJpeg(emptyPicture(640, 480));
    await assertRefused(engine.enrol([wall]), "face-none");
  });

  test("files that are no usable photo are refused by name", async (engine) => {
    const selfie = await selfieOf("ada");
    const files: [Uint8Array, string][] = [
      [new Uint8Array(), "image-empty"],
      [new Uint8Array(3_000_000), "image-too-large"],
      [new Uint8Array([0x89, 0x50, 0x4e, 0x47]), "image-type"],
      [jpegOf(frame(65500, 65500)), "image-dimensions"],
      [selfie.subarray(0, selfie.length / 2), "image-broken"],
    ];
    const ada = await enrolled(engine, [selfie]);
    for (const [file, code] of files) {
      await assertRefused(engine.enrol([file]), code);
      await assertRefused(engine.verify(ada, file), code);
    }
  });

  test("a face whose template it cannot read is compared by its picture", async (engine) => {
    const other = {
      template: new Uint8Array([99]),
      selfie: () => selfieOf("ada"),
    };
    assert((await engine.verify(other, await selfieOf("ada", "second"))).match);
    assert(!(await engine.verify(other, await selfieOf("grace"))).match);
    const gone = { ...other, selfie: () => Promise.resolve(null) };
    await assertRefused(
      engine.verify(gone, await selfieOf("ada")),
      "face-missing",
    );
  });

  test("calls at the same time get their own answers", async (engine) => {
    const [ada, grace] = await Promise.all([
      enrolled(engine, [await selfieOf("ada")]),
      enrolled(engine, [await selfieOf("grace")]),
    ]);
    const verdicts = await Promise.all([
      engine.verify(ada, await selfieOf("ada", "second")),
      engine.verify(grace, await selfieOf("ada", "second")),
      engine.verify(grace, await selfieOf("grace", "second")),
      engine.verify(ada, await selfieOf("grace", "second")),
    ]);
    assertEquals(verdicts.map(({ match }) => match), [
      true,
      false,
      true,
      false,
    ]);
  });

  test("a closed engine answers 503", async (engine) => {
    await engine.close();
    const selfie = await selfieOf("ada");
    const error = await assertRejects(() => engine.enrol([selfie]), AppError);
    assertEquals(error.status, 503);
  });
}
