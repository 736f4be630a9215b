/** Why a live dictation is refused or ends, and the codes its socket closes with. */
import { ApiError } from "../http/errors.ts";

export const alreadyDictating = () =>
  new ApiError({
    code: "already-dictating",
    status: 429,
    message: "You are already dictating in another window. Stop there first.",
  });

export const unknownLanguage = () =>
  new ApiError({
    code: "invalid",
    status: 400,
    message: "The language must be a tag such as en-US.",
  });

export const unknownWriting = () =>
  new ApiError({
    code: "invalid",
    status: 400,
    message:
      "Set spoken to true or false, and send at most 2,000 characters of hints.",
  });

export const unknownId = () =>
  new ApiError({
    code: "invalid",
    status: 400,
    message: "An id has 8 to 64 letters, digits, hyphens or underscores.",
  });

export const replaced = () =>
  new ApiError({
    code: "replaced",
    status: 409,
    message: "Your dictation goes on in another connection.",
  });

export const unknownFrame = () =>
  new ApiError({
    code: "bad-frame",
    status: 400,
    message: 'Send audio, or {"type": "end"}.',
  });

export const idleTooLong = () =>
  new ApiError({
    code: "idle",
    status: 503,
    message: "No audio came for a while, so dictation stopped.",
  });

/** 4000–4099: trying again later makes sense; 4400–4499 (4000 + status): it does not. */
export function closeCode(error: ApiError): number {
  if (error.code === "recognizer-off") return 4410;
  if (error.code === "restart") return 4000;
  return error.status >= 500 ? 4002 : 4000 + error.status;
}
