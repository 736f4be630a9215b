/** Whether a face is good enough to be recognised by, and if not, what to tell its owner. */
import { CHIP_SIZE } from "./descriptor.ts";
import { FaceError } from "./face-error.ts";
import {
  MAX_CUT,
  MIN_EYE_DISTANCE,
  POSE_LIMITS,
  type Purpose,
  SIGNIFICANT,
} from "./limits.ts";
import type { Face } from "./mesh.ts";
import type { Picture } from "./picture.ts";

/**
 * The one face the photo is of, from all its faces.
 * @param frameOf how many times as wide the photo is as this picture of it
 * @throws FaceError face-none, face-many, face-small, face-cut, face-turned, face-averted
 */
export function chooseFace(
  faces: Face[],
  { width, height }: Picture,
  purpose: Purpose,
  frameOf = 1,
): Face {
  if (faces.length === 0) throw new FaceError("face-none");
  const [face, next] = faces.toSorted((a, b) => faceWidth(b) - faceWidth(a));
  if (next && faceWidth(next) > faceWidth(face) * SIGNIFICANT) {
    throw new FaceError("face-many");
  }
  if (face.eyeDistance * frameOf < MIN_EYE_DISTANCE) {
    throw new FaceError("face-small");
  }
  const roomX = (face.right - face.left) * MAX_CUT;
  const roomY = (face.bottom - face.top) * MAX_CUT;
  if (
    face.left < -roomX || face.right > width + roomX ||
    face.top < -roomY || face.bottom > height + roomY
  ) throw new FaceError("face-cut");
  const limits = POSE_LIMITS[purpose];
  if (
    Math.abs(face.yaw) > limits.yaw || Math.abs(face.pitch) > limits.pitch ||
    Math.abs(face.roll) > limits.roll
  ) throw new FaceError(purpose === "turned" ? "face-averted" : "face-turned");
  return face;
}

/** Turning the head makes the box around a face narrower, but not shorter. */
function faceWidth(face: Face): number {
  return Math.max(face.right - face.left, face.bottom - face.top);
}

/** Mean brightness of the aligned face, 0 to 255. Dark skin in fair light is about 50. */
const MIN_BRIGHTNESS = 25;
const MAX_BRIGHTNESS = 235;
/**
 * Good photos measure 30 to 400 whatever their size. Below about 5 a blur of a tenth of
 * the face begins to move the descriptor.
 */
const MIN_SHARPNESS: Record<Purpose, number> = {
  enrol: 6,
  verify: 4,
  turned: 4,
};

/**
 * Checks the light and the focus of an aligned face, as `alignFace` makes it.
 * @throws FaceError face-dark, face-bright, face-blurred
 */
export function checkChip(chip: Float32Array, purpose: Purpose) {
  const grey = checkLight(chip);
  if (sharpness(grey) < MIN_SHARPNESS[purpose]) {
    throw new FaceError("face-blurred");
  }
}

/**
 * Checks the light of an aligned face alone, and gives its {@linkcode greyscale}.
 * @throws FaceError face-dark, face-bright
 */
export function checkLight(chip: Float32Array): Float32Array {
  const grey = greyscale(chip);
  const brightness = mean(grey);
  if (brightness < MIN_BRIGHTNESS) throw new FaceError("face-dark");
  if (brightness > MAX_BRIGHTNESS) throw new FaceError("face-bright");
  return grey;
}

/** Luma (ITU-R BT.601) of each pixel. */
export function greyscale(chip: Float32Array): Float32Array {
  const grey = new Float32Array(chip.length / 3);
  for (let i = 0; i < grey.length; i++) {
    grey[i] = 0.299 * chip[i * 3] + 0.587 * chip[i * 3 + 1] +
      0.114 * chip[i * 3 + 2];
  }
  return grey;
}

/**
 * Variance of the Laplacian of a square picture (Pech-Pacheco et al., 2000) made as
 * bright as middle grey, so that little light or dark skin does not count as blur.
 */
export function sharpness(grey: Float32Array, size = CHIP_SIZE): number {
  const gain = 128 / Math.max(1, mean(grey));
  let sum = 0;
  let squares = 0;
  for (let y = 1; y < size - 1; y++) {
    for (let x = 1; x < size - 1; x++) {
      const i = y * size + x;
      const laplacian = gain * (grey[i - 1] + grey[i + 1] + grey[i - size] +
        grey[i + size] - 4 * grey[i]);
      sum += laplacian;
      squares += laplacian * laplacian;
    }
  }
  const count = (size - 2) ** 2;
  return squares / count - (sum / count) ** 2;
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
