/** The fields of what a client or web sends: each is what it should be, or the frame is refused. */

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
