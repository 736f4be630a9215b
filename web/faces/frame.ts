/**
 * What is wrong with how somebody stands in front of the camera, told before a photo is taken. It is
 * seen on a small frame, which says nothing about whose face it is, and is not kept.
 */
import { decodeJpeg } from "./codec.ts";
import { alignFace } from "./descriptor.ts";
import { findFaces, withoutEchoes } from "./detector.ts";
import { FaceError, type FaceErrorCode } from "./face-error.ts";
import { inspectJpeg } from "./jpeg.ts";
import { type Face, measureFace } from "./mesh.ts";
import type { Models } from "./models.ts";
import { checkLight, chooseFace } from "./quality.ts";

/** How many times as wide a photo is as its frame. */
export const FRAME_OF = 3;

/** Limits of a frame: a third of the largest photo a page takes, and of a small camera's. */
const LIMITS = {
  bytes: 64 * 1024,
  side: 480,
  pixels: 480 * 480,
  minSide: 64,
  scans: 16,
};

/**
 * Why the photo would be refused that is taken now; null when nothing is seen to be wrong. Only
 * upright pictures are looked at, once: cameras take no others.
 *
 * @throws {FaceError} `image-…`, when it is no frame.
 */
export async function flawOfFrame(
  models: Models,
  jpeg: Uint8Array,
): Promise<FaceErrorCode | null> {
  inspectJpeg(jpeg, LIMITS);
  const picture = await decodeJpeg(jpeg).catch((cause) => {
    throw new FaceError("image-broken", cause);
  });
  const faces: Face[] = [];
  for (const found of await findFaces(models, picture)) {
    const face = await measureFace(models, picture, found);
    if (face) faces.push(face);
  }
  try {
    const face = chooseFace(withoutEchoes(faces), picture, "enrol", FRAME_OF);
    checkLight(alignFace(picture, face));
    return null;
  } catch (error) {
    if (error instanceof FaceError) return error.code;
    throw error;
  }
}
