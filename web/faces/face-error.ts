import { AppError } from "../errors.ts";

/** Why a photo was refused → the status of the answer and what to do about it. */
const REFUSALS = {
  "image-empty": [
    400,
    "No photo arrived. Take or choose a photo and try again.",
  ],
  "image-count": [
    422,
    "At most three photos can be used. Send fewer and try again.",
  ],
  "image-too-large": [
    413,
    "That photo is larger than 2 MB. Crop it to your face, or take it at a lower resolution in your camera’s settings. With JavaScript on, this page makes photos small enough by itself.",
  ],
  "image-type": [
    422,
    "That file is not a JPEG photo we can read. Choose a photo that ends in .jpg, or take one with the camera.",
  ],
  "image-broken": [
    422,
    "That photo is damaged or incomplete. Take a new one and try again.",
  ],
  "image-dimensions": [
    422,
    "That photo is more than 4096 pixels wide or high, or more than 16 megapixels. Crop it to your face, or choose a smaller one.",
  ],
  "image-small": [
    422,
    "That photo is too small. Choose one at least 160 pixels wide and high.",
  ],
  "face-none": [
    422,
    "We could not see a face. Face the camera in good light and try again.",
  ],
  "face-many": [
    422,
    "We can see more than one face. Make sure only you are in the photo and try again.",
  ],
  "face-small": [
    422,
    "Your face is too far away. Move closer to the camera and try again.",
  ],
  "face-cut": [
    422,
    "Part of your face is outside the photo. Move to the middle and try again.",
  ],
  "face-turned": [
    422,
    "Your head is turned or tilted. Look straight into the camera and try again.",
  ],
  "face-averted": [
    422,
    "Your head is turned too far, or tilted. A third of the way to your shoulder is right. Take it again.",
  ],
  "face-blurred": [
    422,
    "The photo is blurred. Hold still, with good light on your face, and try again.",
  ],
  "face-dark": [
    422,
    "The photo is too dark. Turn towards a light and try again.",
  ],
  "face-bright": [
    422,
    "The photo is too bright. Move out of the direct light and try again.",
  ],
  "face-eyes": [
    422,
    "Your eyes look closed. Open them, face the camera and try again.",
  ],
  "face-covered": [
    422,
    "Something covers part of your face. Take off sunglasses or a mask, keep your hands away and try again.",
  ],
  "face-missing": [
    422,
    "Your face is no longer stored. Sign in with an e-mail code, then add it again.",
  ],
  "face-differs": [
    422,
    "The photos do not look like the same person. Take them again, with only you in front of the camera.",
  ],
} as const satisfies Record<string, readonly [number, string]>;

export type FaceErrorCode = keyof typeof REFUSALS;

/** A photo that cannot be used, with the sentence that tells its owner what to do. */
export class FaceError extends AppError {
  override name = "FaceError";
  declare readonly code: FaceErrorCode;

  constructor(code: FaceErrorCode, cause?: unknown) {
    const [status, message] = REFUSALS[code];
    super({ code, status, message, cause });
  }
}
