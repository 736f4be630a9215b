import { ApiError } from "../errors.ts";

export const audioEmpty = () =>
  new ApiError({
    code: "audio-empty",
    status: 400,
    message: "The recording is empty. Record again.",
  });

export const audioTooLarge = () =>
  new ApiError({
    code: "audio-too-large",
    status: 413,
    message: "The recording is larger than 10 MB. Record a shorter one.",
  });

export const audioTooLong = () =>
  new ApiError({
    code: "audio-too-long",
    status: 413,
    message: "The recording is longer than 5 minutes. Record a shorter one.",
  });

export const audioSilent = () =>
  new ApiError({
    code: "audio-silent",
    status: 422,
    message:
      "The recording is silent. Check that your microphone is on, then record again.",
  });

export const audioFormat = () =>
  new ApiError({
    code: "audio-format",
    status: 415,
    message:
      "This is not a recording we can read. Send WebM, Ogg (Opus) or WAV audio.",
  });

export const audioBroken = (cause?: unknown) =>
  new ApiError({
    code: "audio-broken",
    status: 422,
    message: "The recording is damaged or cut short. Record again.",
    cause,
  });
