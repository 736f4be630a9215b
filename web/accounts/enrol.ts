import { AppError } from "../errors.ts";
import { stripMetadata } from "../faces/strip-metadata.ts";
import type { FaceEngine } from "../services.ts";

/** KV takes values up to 64 KiB; a template must leave room for the rest of its record. */
const LARGEST_TEMPLATE = 60_000;

/** The same error, beside the form's selfie field; anything else unchanged. */
export function besideSelfie(error: unknown): unknown {
  if (!(error instanceof AppError) || error.status >= 500) return error;
  const { code, status, message, retryAfter } = error;
  const fields = { selfie: message };
  return new AppError({
    code,
    status,
    message,
    retryAfter,
    fields,
    cause: error,
  });
}

/**
 * The template of a face, and the selfie to keep as its picture: without what the camera wrote
 * into it, such as the place.
 *
 * @throws {AppError} the code of a `FaceError`, with `fields.selfie`.
 */
export async function enrolFace(
  faces: FaceEngine,
  selfies: Uint8Array[],
): Promise<{ template: Uint8Array; selfie: Uint8Array }> {
  try {
    const { template, best } = await faces.enrol(selfies);
    if (template.length > LARGEST_TEMPLATE) {
      throw new RangeError(`the template has ${template.length} bytes`);
    }
    return { template, selfie: stripMetadata(selfies[best]) };
  } catch (error) {
    throw besideSelfie(error);
  }
}
