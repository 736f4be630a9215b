/** The fields of what a client or web sends: each is what it should be, or the frame is refused. */

import { isClipName } from "./common/clip-id.ts";

/** Why a frame was refused: `code` is stable, `message` is for a person. */
export class FrameError extends Error {
  override name = "FrameError";
  constructor(
    readonly code: string,
    message: string,
    readonly ref?: string,
    readonly retryable = false,
  ) {
    super(message);
  }
}

export type Fields = Record<string, unknown>;

const CLIENT_ID = /^[\w.:-]{1,64}$/;

/** The value as an object whose fields can be looked at. */
export function object(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new FrameError("bad-frame", `${what} must be a JSON object.`);
  }
  return value as Fields;
}

export function parseClientId(fields: Fields): string {
  const value = fields.clientId;
  if (typeof value !== "string" || !CLIENT_ID.test(value)) {
    throw new FrameError(
      "bad-frame",
      "A clientId is 1 to 64 letters, digits or any of these: _ . : -",
    );
  }
  return value;
}

export function flag(fields: Fields, name: string): boolean {
  const value = fields[name];
  if (typeof value === "boolean") return value;
  const why = `The field ${name} must be true or false.`;
  throw new FrameError("bad-frame", why);
}

export function list(fields: Fields, name: string, most: number): unknown[] {
  const value = fields[name];
  if (Array.isArray(value) && value.length <= most) return value;
  throw new FrameError(
    "bad-frame",
    `The field ${name} must be a list of at most ${most}.`,
  );
}

export const id = (fields: Fields, name: string): string =>
  string(fields, name, 64);

/** The id of a recording: it is a part of an address, so it cannot be any text. */
export function clipId(fields: Fields): string {
  const { clip } = fields;
  if (typeof clip === "string" && isClipName(clip)) return clip;
  throw new FrameError(
    "bad-frame",
    "The field clip must be the id of a recording: 1 to 256 letters, digits or any of these: _ -",
  );
}

export function string(fields: Fields, name: string, most: number): string {
  const value = fields[name];
  if (typeof value !== "string" || value.length === 0 || value.length > most) {
    throw new FrameError(
      "bad-frame",
      `The field ${name} must be a string of 1 to ${most} characters.`,
    );
  }
  return value;
}

export function whole(fields: Fields, name: string): number {
  const value = fields[name];
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new FrameError(
      "bad-frame",
      `The field ${name} must be a whole number.`,
    );
  }
  return value as number;
}
