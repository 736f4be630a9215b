import { FaceError } from "./face-error.ts";
import { PHOTO_LIMITS } from "./jpeg.ts";

const PREFIX = /^data:image\/jpe?g;base64,/i;

/**
 * The bytes of a JPEG data URL (`data:image/jpeg;base64,…`, RFC 2397).
 * @throws FaceError image-empty, image-type, image-too-large, image-broken
 */
export function jpegFromDataUrl(url: string): Uint8Array {
  if (url === "") throw new FaceError("image-empty");
  const prefix = url.slice(0, 64).match(PREFIX)?.[0];
  if (prefix === undefined) throw new FaceError("image-type");
  const base64 = url.slice(prefix.length);
  if (base64 === "") throw new FaceError("image-empty");
  if (base64.length > Math.ceil(PHOTO_LIMITS.bytes / 3) * 4) {
    throw new FaceError("image-too-large");
  }
  try {
    return Uint8Array.fromBase64(base64);
  } catch (cause) {
    throw new FaceError("image-broken", cause);
  }
}
