import { z } from "zod";
import { AppError } from "../../errors.ts";
import { jpegFromDataUrl } from "../../faces/data-url.ts";

/** One picture as a JPEG data URL. */
export const faceImage = z.string();
/** One or two of them: a sign-in with liveness takes a second one. */
export const liveFaceImages = z.union([
  faceImage,
  z.array(faceImage).min(1).max(2),
]);
/** One to three of them. */
export const faceImages = z.union([
  faceImage,
  z.array(faceImage).min(1).max(3),
]);

/**
 * The pictures of the field `faceImage`.
 *
 * @throws {FaceError} `image-type`, `image-too-large` and the like.
 */
export const picturesOf = (images: z.infer<typeof faceImages>): Uint8Array[] =>
  [images].flat().map(jpegFromDataUrl);

/**
 * Runs what looks at a face. What is wrong with a picture is told beside `faceImage`, which is
 * its name in the API; pages call it `selfie`.
 */
export async function withFaceImage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw renamed(error);
  }
}

function renamed(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  const { selfie, ...others } = error.fields ?? {};
  const sentence = selfie ??
    (error.name === "FaceError" ? error.message : undefined);
  if (sentence === undefined) return error;
  const { code, status, message, retryAfter } = error;
  const fields = { ...others, faceImage: sentence };
  return new AppError({ code, status, message, retryAfter, fields });
}
