import { AppError } from "../errors.ts";
import { pictureTooLarge } from "../files/errors.ts";
import { remakePicture } from "../files/pictures/worker-pool.ts";
import { HEAD_BYTES, typeOf } from "../files/sniff.ts";

/** What KV takes as one value is 65,536 bytes. */
const MOST_BYTES = 60_000;
const TAKEN = ["image/jpeg", "image/png", "image/webp", "image/avif"];

const otherType = (): AppError => {
  const message =
    "Choose a JPEG, PNG, WebP or AVIF picture that does not move.";
  return new AppError({
    code: "picture-type",
    status: 422,
    message,
    fields: { picture: message },
  });
};

/**
 * A small square picture from the middle of one, made anew: without what its camera wrote in it.
 *
 * @throws {AppError} `picture-broken`, `picture-too-large`, `picture-type`, `picture-too-slow` (422);
 * `too-many-uploads` (429).
 */
export async function makePortrait(
  owner: string,
  given: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  const type = typeOf(given.subarray(0, HEAD_BYTES));
  if (!TAKEN.includes(type)) throw otherType();
  const question = { type, bytes: given, portrait: true };
  const { bytes } = await remakePicture(owner, question)
    .catch((error) => {
      if (!(error instanceof AppError) || !error.fields) throw error;
      const { code, status, message } = error;
      throw new AppError({
        code,
        status,
        message,
        fields: { picture: message },
      });
    });
  if (bytes.length > MOST_BYTES) throw pictureTooLarge();
  return bytes;
}
