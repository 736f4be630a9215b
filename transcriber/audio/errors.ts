import { ApiError } from "../http/errors.ts";

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
    message: "The recording is larger than 25 MB. Record a shorter one.",
  });

export const jsonTooLarge = () =>
  new ApiError({
    code: "audio-too-large",
    status: 413,
    message:
      "In JSON a recording may have 10 MB. Send a larger one as it is, with its Content-Type.",
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
      "This is not a recording we can read. Send WebM, Ogg, WAV, FLAC, MP3 or M4A audio.",
  });

/** For an MP4 with a codec, or a kind of AAC, that nothing here decodes but ffmpeg. */
export const audioNeedsFfmpeg = () =>
  new ApiError({
    code: "audio-format",
    status: 415,
    message:
      "This server cannot read the sound in this MP4. Save the recording as MP3 or WAV, or ask whoever runs the server to install ffmpeg.",
  });

export const audioBroken = (cause?: unknown) =>
  new ApiError({
    code: "audio-broken",
    status: 422,
    message: "The recording is damaged or cut short. Record again.",
    cause,
  });
