/** Whether a face Rekognition saw is good enough to be compared, and if not, why. */
import type { FaceDetail } from "@aws-sdk/client-rekognition";
import { FaceError } from "./face-error.ts";
import { inspectJpeg } from "./jpeg.ts";
import {
  MAX_CUT,
  MIN_EYE_DISTANCE,
  POSE_LIMITS,
  type Purpose,
  SIGNIFICANT,
} from "./limits.ts";

/** What both DetectFaces and CompareFaces say of a face. */
export type SeenFace = Pick<
  FaceDetail,
  "BoundingBox" | "Confidence" | "Landmarks" | "Pose" | "Quality"
>;

/** What is asked for at enrolment: nothing of age, gender, emotions or beards. */
export const ATTRIBUTES = [
  "DEFAULT",
  "EYES_OPEN",
  "FACE_OCCLUDED",
  "SUNGLASSES",
] as const;

/** Per cent: below, it may be no face. */
const MIN_CONFIDENCE = 90;
/** Per cent: below, Rekognition does not really know about eyes and glasses. */
const SURE = 80;
/**
 * Rekognition's figures run from 0 to 100. They let ordinary webcams pass; the service's own
 * quality filter is stricter and comes on top.
 */
const BRIGHTNESS = { least: 20, most: 98 };
const MIN_SHARPNESS: Record<Purpose, number> = {
  enrol: 15,
  verify: 5,
  turned: 5,
};

export interface Size {
  width: number;
  height: number;
}

/**
 * A photo's pixels as Rekognition counts them, which is upright.
 * @throws FaceError as `inspectJpeg`
 */
export function uprightSize(jpeg: Uint8Array): Size {
  const { width, height, orientation } = inspectJpeg(jpeg);
  return orientation < 5 ? { width, height } : { width: height, height: width };
}

/**
 * The one face a photo is of, from all that were seen.
 * @throws FaceError face-none, face-many, face-small, face-cut, face-turned, face-averted,
 * face-dark, face-bright, face-blurred
 */
export function chooseSeenFace<F extends SeenFace>(
  faces: F[],
  size: Size,
  purpose: Purpose,
): F {
  const [face, next] = faces
    .filter(({ Confidence }) => number(Confidence) >= MIN_CONFIDENCE)
    .toSorted((a, b) => extent(b, size) - extent(a, size));
  if (!face) throw new FaceError("face-none");
  if (next && extent(next, size) > extent(face, size) * SIGNIFICANT) {
    throw new FaceError("face-many");
  }
  if (eyeDistance(face, size) < MIN_EYE_DISTANCE) {
    throw new FaceError("face-small");
  }
  if (isCut(face)) throw new FaceError("face-cut");
  if (isTurned(face, purpose)) {
    throw new FaceError(purpose === "turned" ? "face-averted" : "face-turned");
  }
  const brightness = number(face.Quality?.Brightness);
  if (brightness < BRIGHTNESS.least) throw new FaceError("face-dark");
  if (brightness > BRIGHTNESS.most) throw new FaceError("face-bright");
  if (number(face.Quality?.Sharpness) < MIN_SHARPNESS[purpose]) {
    throw new FaceError("face-blurred");
  }
  return face;
}

/**
 * Checks what only DetectFaces with {@link ATTRIBUTES} says.
 * @throws FaceError face-eyes, face-covered
 */
export function checkAttributes(
  { EyesOpen, FaceOccluded, Sunglasses }: FaceDetail,
) {
  if (isSurely(FaceOccluded, true) || isSurely(Sunglasses, true)) {
    throw new FaceError("face-covered");
  }
  if (isSurely(EyesOpen, false)) throw new FaceError("face-eyes");
}

/**
 * Degrees to the person's own left. Amazon documents the axis and not the sign; in the answers
 * it publishes, Yaw is positive where the nose is to the right of the eyes' middle.
 */
export function yawOf({ Pose }: SeenFace): number {
  return number(Pose?.Yaw);
}

/** How much a face is worth keeping: sharp, and looking straight ahead. */
export function merit(face: SeenFace): number {
  return number(face.Quality?.Sharpness) - Math.abs(yawOf(face)) -
    Math.abs(number(face.Pose?.Pitch));
}

function isSurely(
  found: { Value?: boolean; Confidence?: number } | undefined,
  value: boolean,
): boolean {
  if (found?.Value === undefined) throw incomplete();
  return found.Value === value && number(found.Confidence) >= SURE;
}

/** The longer side of the box in pixels: turning the head makes it narrower, not shorter. */
function extent({ BoundingBox }: SeenFace, { width, height }: Size): number {
  return Math.max(
    number(BoundingBox?.Width) * width,
    number(BoundingBox?.Height) * height,
  );
}

function eyeDistance({ Landmarks }: SeenFace, { width, height }: Size): number {
  const [left, right] = ["eyeLeft", "eyeRight"].map((type) =>
    Landmarks?.find(({ Type }) => Type === type)
  );
  return Math.hypot(
    (number(left?.X) - number(right?.X)) * width,
    (number(left?.Y) - number(right?.Y)) * height,
  );
}

/** The box is in shares of the picture, and goes on where the picture ends. */
function isCut({ BoundingBox }: SeenFace): boolean {
  const left = number(BoundingBox?.Left);
  const top = number(BoundingBox?.Top);
  const width = number(BoundingBox?.Width);
  const height = number(BoundingBox?.Height);
  const roomX = width * MAX_CUT;
  const roomY = height * MAX_CUT;
  return left < -roomX || left + width > 1 + roomX ||
    top < -roomY || top + height > 1 + roomY;
}

function isTurned(face: SeenFace, purpose: Purpose): boolean {
  const limits = POSE_LIMITS[purpose];
  return Math.abs(yawOf(face)) > limits.yaw ||
    Math.abs(number(face.Pose?.Pitch)) > limits.pitch ||
    Math.abs(number(face.Pose?.Roll)) > limits.roll;
}

/** A missing figure must not pass for a good one. */
function number(value: number | undefined): number {
  if (value === undefined) throw incomplete();
  return value;
}

function incomplete(): Error {
  return new Error("Rekognition's answer lacks a figure it documents.");
}
