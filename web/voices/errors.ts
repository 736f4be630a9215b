import { AppError } from "../errors.ts";

export const recordingTooLarge = (): AppError =>
  new AppError({
    code: "too-large",
    status: 413,
    message: "That was more than 10 MB. Send a shorter recording.",
  });

const AWAY =
  "The speech recogniser is not responding. Try again in a minute, or send the recording as a file.";

/** What to throw for a recording that could be neither kept nor heard now. */
export const recogniserAway = (cause: unknown, message = AWAY): AppError =>
  new AppError({
    code: "not-transcribed",
    status: 503,
    message,
    fields: { recording: message },
    retryAfter: 5,
    cause,
  });

export const voiceSent = (): AppError =>
  new AppError({
    code: "voice-gone",
    status: 422,
    message: "This recording was sent already. Record another.",
  });

export const voiceGone = (): AppError =>
  new AppError({
    code: "voice-gone",
    status: 422,
    message:
      "This recording is no longer here. Record it again, or send the words alone.",
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
