import { megabytesText } from "../../realtime/common/size-text.ts";
import { AppError } from "../errors.ts";

/** What to throw while files can be neither kept nor read. */
export const filesUnavailable = (cause?: unknown): AppError =>
  new AppError({
    code: "files-unavailable",
    status: 503,
    message: "Files are unavailable at the moment. Please try again shortly.",
    retryAfter: 5,
    cause,
  });

const refused = (code: string, status: number, message: string): AppError =>
  new AppError({ code, status, message, fields: { file: message } });

export const fileEmpty = () =>
  refused("file-empty", 422, "This file is empty. Choose another.");

export const fileTooLarge = (mb: number) =>
  refused(
    "file-too-large",
    413,
    `A file can have at most ${megabytesText(mb)}. Send a smaller one.`,
  );

export const tooManyFiles = (most: number) =>
  refused(
    "too-many-files",
    422,
    `A message can have at most ${most} files. Send the others in another one.`,
  );

export const uploadsBusy = () =>
  new AppError({
    code: "too-many-uploads",
    status: 429,
    message: "You are sending many files at once. Wait for one to arrive.",
    retryAfter: 5,
  });

export const noRoomEach = (mb: number) =>
  refused(
    "files-full",
    413,
    `Your files would take more than ${
      megabytesText(mb)
    } on this server. Delete messages with files you no longer need, then try again.`,
  );

export const noRoomAll = () =>
  refused(
    "server-full",
    413,
    "This server has no room for more files. Tell whoever runs it.",
  );

export const fileGone = () =>
  refused(
    "file-gone",
    422,
    "A file of this message is no longer here. Choose it again, then send.",
  );

export const pictureTooLarge = () =>
  refused(
    "picture-too-large",
    422,
    "A picture can have at most 20 MB and 25 million pixels. Make it smaller, or send it as a zip file.",
  );

export const pictureTooSlow = () =>
  refused(
    "picture-too-slow",
    422,
    "This picture takes this server too long to prepare. Make it smaller, or send it as a zip file.",
  );

export const pictureBroken = () =>
  refused(
    "picture-broken",
    422,
    "This picture is damaged, so it cannot be shown. Choose another, or send it as a zip file.",
  );

/** What everyone gets who may not know whether the file exists. */
export const noFile = () =>
  new AppError({
    code: "not-found",
    status: 404,
    message: "There is no such file, or you are not a member of its room.",
  });
