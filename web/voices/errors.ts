import { AppError } from "../errors.ts";

/** The most bytes of a recording: what the transcriber takes. */
export const RECORDING_BYTES = 10 * 1024 * 1024;

export const recordingTooLarge = (): AppError =>
  new AppError({
    code: "too-large",
    status: 413,
    message: "That was more than 10 MB. Send a shorter recording.",
  });

export const voiceSent = (): AppError =>
  new AppError({
    code: "voice-gone",
    status: 422,
    message: "This recording was sent already. Record another.",
  });

/** What everyone gets who may not know whether the voice note exists. */
export const noVoice = (): AppError =>
  new AppError({
    code: "not-found",
    status: 404,
    message:
      "There is no such voice note, or you are not a member of its room.",
  });

/** What to throw while voice notes cannot be read. */
export const voicesDown = (cause?: unknown): AppError =>
  new AppError({
    code: "voices-unavailable",
    status: 503,
    message: "Voice notes are unavailable at the moment. Please try again.",
    retryAfter: 5,
    cause,
  });
