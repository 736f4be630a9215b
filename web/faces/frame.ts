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
import { emptyPicture, type Picture } from "./picture.ts";
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
  const faces = await facesIn(models, picture);
  if (faces.length === 0) {
    // From far away a face is too small for the detector, unless there is less around it.
    const nearer = await facesIn(models, middleOf(picture));
    return nearer.length > 0 ? "face-small" : "face-none";
  }
  try {
    const face = chooseFace(faces, picture, "enrol", FRAME_OF);
    checkLight(alignFace(picture, face));
    return null;
  } catch (error) {
    if (error instanceof FaceError) return error.code;
    throw error;
  }
}

async function facesIn(models: Models, picture: Picture): Promise<Face[]> {
  const faces: Face[] = [];
  for (const found of await findFaces(models, picture)) {
    const face = await measureFace(models, picture, found);
    if (face) faces.push(face);
  }
  return withoutEchoes(faces);
}

/** The middle of a picture, half as wide and high: there the oval is. */
function middleOf({ width, height, data }: Picture): Picture {
  const middle = emptyPicture(width >> 1, height >> 1);
  const [left, top] = [width >> 2, height >> 2];
  for (let y = 0; y < middle.height; y++) {
    const from = ((y + top) * width + left) * 4;
    const row = data.subarray(from, from + middle.width * 4);
    middle.data.set(row, y * middle.width * 4);
  }
  return middle;
}
