import { decodeJpeg } from "./codec.ts";
import { coverOf, MAX_COVER } from "./covered.ts";
import { alignFace, describeFace } from "./descriptor.ts";
import { FaceError } from "./face-error.ts";
import { inspectJpeg } from "./jpeg.ts";
import type { Models } from "./models.ts";
import { type Picture, shrink } from "./picture.ts";
import type { Purpose } from "./limits.ts";
import { checkChip, chooseFace } from "./quality.ts";
import { uprightFaces } from "./upright.ts";

/** What is left of a photo after looking at it. */
export interface Description {
  /** 512 numbers of length 1; compare them by Euclidean distance. */
  descriptor: Float32Array;
  /** Degrees; positive when the nose points to the right of the picture. */
  yaw: number;
  /** How far the tip of the nose lies beside the middle of the face: see mesh.ts. */
  nose: number;
}

/** Larger pictures are made smaller first: a face fills enough of them still. */
const WORKING_SIDE = 1600;

/**
 * Looks at a photo of one person.
 * @throws FaceError when it is not a usable photo of one face
 */
export async function describePhoto(
  models: Models,
  jpeg: Uint8Array,
  purpose: Purpose,
): Promise<Description> {
  inspectJpeg(jpeg);
  return await describePicture(models, await readPicture(jpeg), purpose);
}

/**
 * The same for a decoded picture.
 * @throws FaceError when it is not a usable picture of one face
 */
export async function describePicture(
  models: Models,
  picture: Picture,
  purpose: Purpose,
): Promise<Description> {
  const upright = await uprightFaces(models, picture);
  const face = chooseFace(upright.faces, upright.picture, purpose);
  const chip = alignFace(upright.picture, face);
  checkChip(chip, purpose);
  // What is covered now is compared ever after; at a sign-in it only does not match.
  if (purpose === "enrol" && coverOf(chip) > MAX_COVER) {
    throw new FaceError("face-covered");
  }
  const descriptor = await describeFace(models, upright.picture, face);
  return { descriptor, yaw: face.yaw, nose: face.nose };
}

async function readPicture(jpeg: Uint8Array): Promise<Picture> {
  try {
    return shrink(await decodeJpeg(jpeg), WORKING_SIDE);
  } catch (cause) {
    throw new FaceError("image-broken", cause);
  }
}
