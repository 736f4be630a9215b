import type { EnrolledFace, Enrolment, FaceEngine, Verdict } from "./engine.ts";
import { FaceError } from "./face-error.ts";
import { FaceWorker, type FaceWorkerOptions } from "./face-worker.ts";
import { inspectJpeg } from "./jpeg.ts";
import { MAX_SELFIES, type Purpose } from "./limits.ts";
import {
  decodeTemplate,
  descriptorDistance,
  encodeTemplate,
  meanDescriptor,
} from "./template.ts";

/**
 * Faces up to this far from each other match clearly. How often strangers do, and how often
 * nobody else's photo of the same person does not, is in README.md.
 */
export const CLEAR = 1.03;
/** Up to this far they may be the same person: an e-mail code must say so too. */
export const UNCLEAR = 1.13;

/**
 * The engine that needs no account anywhere: networks from npm packages in a worker,
 * which starts on first use and ends after five idle minutes.
 */
export function localFaceEngine(
  options?: Partial<FaceWorkerOptions>,
): FaceEngine {
  const worker = new FaceWorker(options);

  /** What can be refused here, cheaply, never waits for the worker. */
  async function describe(jpeg: Uint8Array, purpose: Purpose) {
    inspectJpeg(jpeg);
    return await worker.describe({ jpeg, purpose });
  }

  async function enrolledDescriptor({ template, selfie }: EnrolledFace) {
    const descriptor = decodeTemplate(template);
    if (descriptor) return descriptor;
    const jpeg = await selfie();
    if (!jpeg) throw new FaceError("face-missing");
    try {
      return (await describe(jpeg, "verify")).descriptor;
    } catch (error) {
      // Taken when less was asked of a picture: nothing is wrong with the live one.
      throw error instanceof FaceError ? new FaceError("face-missing") : error;
    }
  }

  return {
    name: "local",

    async enrol(selfies: Uint8Array[]): Promise<Enrolment> {
      if (selfies.length === 0) throw new FaceError("image-empty");
      if (selfies.length > MAX_SELFIES) throw new FaceError("image-count");
      for (const selfie of selfies) inspectJpeg(selfie);
      const descriptors: Float32Array[] = [];
      for (const selfie of selfies) {
        descriptors.push((await describe(selfie, "enrol")).descriptor);
      }
      requireOnePerson(descriptors);
      const mean = meanDescriptor(descriptors);
      return {
        template: encodeTemplate(mean),
        best: nearest(descriptors, mean),
      };
    },

    async verify(
      enrolled: EnrolledFace,
      live: Uint8Array,
      purpose: "verify" | "turned" = "verify",
    ): Promise<Verdict> {
      const { descriptor, yaw, nose } = await describe(live, purpose);
      const distance = descriptorDistance(
        descriptor,
        await enrolledDescriptor(enrolled),
      );
      const face = {
        template: encodeTemplate(descriptor),
        selfie: () => Promise.resolve(live),
      };
      return {
        match: distance <= UNCLEAR,
        unclear: distance > CLEAR,
        yaw,
        nose,
        face,
        distance,
      };
    },

    flawOf: (frame) => worker.flawOf(frame),
    waiting: () => worker.waiting,

    close() {
      worker.close();
      return Promise.resolve();
    },
  };
}

function requireOnePerson(descriptors: Float32Array[]) {
  descriptors.forEach((a, i) => {
    for (const b of descriptors.slice(i + 1)) {
      if (descriptorDistance(a, b) > UNCLEAR) {
        throw new FaceError("face-differs");
      }
    }
  });
}

function nearest(descriptors: Float32Array[], to: Float32Array): number {
  const distances = descriptors.map((each) => descriptorDistance(each, to));
  return distances.indexOf(Math.min(...distances));
}
