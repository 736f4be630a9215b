import { AppError } from "../../errors.ts";

/** What to throw for whatever is wrong with an answer of an authenticator: it tells nothing more. */
export const passkeyRefused = (cause?: unknown): AppError =>
  new AppError({
    code: "passkey-refused",
    status: 401,
    message:
      "That passkey did not work here. Try again, or sign in another way.",
    cause,
  });

export const passkeysOff = (): AppError =>
  new AppError({
    code: "passkeys-off",
    status: 403,
    message: "On this server everyone signs in with their face.",
  });

export const tooManyPasskeys = (): AppError =>
  new AppError({
    code: "too-many-passkeys",
    status: 409,
    message:
      "You have ten passkeys, which is the most there can be. Remove one first.",
  });

export const noPasskey = (): AppError =>
  new AppError({
    code: "not-found",
    status: 404,
    message: "This passkey was removed already.",
  });
