import type { z } from "zod";
import { bytesFor } from "../../access/row.ts";
import { BODIES } from "../../access/table.ts";
import { AppError } from "../../errors.ts";
import { readBody } from "./body.ts";

/** The most values a body with pictures may have: a million would take seconds to parse. */
const MOST_VALUES = 10_000;

const tooLarge = (): AppError =>
  new AppError({
    code: "too-large",
    status: 413,
    message: "This is too much to send at once. Please send less.",
  });

const badJson = (cause: unknown): AppError =>
  new AppError({
    code: "bad-json",
    status: 400,
    message: "The body is not JSON. Please send a JSON object.",
    cause,
  });

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Whether there are too many values in a JSON text: a comma or a bracket is before each. */
function hasTooMany(bytes: Uint8Array): boolean {
  let count = 0;
  for (const byte of bytes) {
    if (byte === 0x2c || byte === 0x5b || byte === 0x7b) count += 1;
  }
  return count > MOST_VALUES;
}

type Issue = Parameters<z.core.$ZodErrorMap>[0];

type Bound = (amount: number) => string;

/** How much there has to be of a value, as sentences, by what it is. */
const LEAST: Record<string, Bound> = {
  string: (n) =>
    n === 1
      ? "This must have at least 1 character."
      : `This must have at least ${n} characters.`,
  array: (n) =>
    n === 1
      ? "This must have at least 1 value."
      : `This must have at least ${n} values.`,
};
const MOST: Record<string, Bound> = {
  string: (n) =>
    n === 1
      ? "This must have at most 1 character."
      : `This must have at most ${n} characters.`,
  array: (n) =>
    n === 1
      ? "This must have at most 1 value."
      : `This must have at most ${n} values.`,
};
const least: Bound = (n) => `This must be at least ${n}.`;
const most: Bound = (n) => `This must be at most ${n}.`;

/** What is wrong with one value, as a sentence. */
function sentenceOf(issue: Issue): string {
  if (issue.input === undefined) return "This is missing.";
  if (issue.code === "invalid_type") {
    return `This must be of type ${issue.expected}.`;
  }
  if (issue.code === "invalid_value") {
    return `This must be one of: ${issue.values.join(", ")}.`;
  }
  if (issue.code === "too_small") {
    return (LEAST[issue.origin] ?? least)(Number(issue.minimum));
  }
  if (issue.code === "too_big") {
    return (MOST[issue.origin] ?? most)(Number(issue.maximum));
  }
  return "We do not understand this value.";
}

/**
 * The value, when it has the shape of the schema: what a request must have so that the domain
 * can judge it.
 *
 * @throws {AppError} `invalid` (422) with `fields`.
 */
export function readShape<T>(value: unknown, schema: z.ZodType<T>): T {
  const result = schema.safeParse(value, { error: sentenceOf });
  if (result.success) return result.data;
  const fields: Record<string, string> = {};
  for (const { path: [name], message } of result.error.issues) {
    if (name !== undefined) fields[String(name)] ??= message;
  }
  const names = Object.keys(fields);
  throw new AppError({
    code: "invalid",
    status: 422,
    message: names.length === 0
      ? "Please send a JSON object."
      : `Please check: ${names.join(", ")}.`,
    fields,
  });
}

/**
 * The JSON a request carries, when it has the shape of the schema, of as many bytes as the table gives
 * its route.
 *
 * @throws {AppError} `unsupported-type` (415) unless the body says it is JSON; `too-large` (413);
 * `bad-json` (400); `invalid` (422) with `fields`; what `readBody` throws.
 */
export async function readJson<T>(
  req: Request,
  schema: z.ZodType<T>,
): Promise<T> {
  const type = req.headers.get("content-type") ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    await req.body?.cancel();
    throw new AppError({
      code: "unsupported-type",
      status: 415,
      message: "Please send JSON, with the content type application/json.",
    });
  }
  const bytes = await readBody(req, bytesFor(req), tooLarge);
  if (bytes.length > BODIES.json && hasTooMany(bytes)) throw tooLarge();
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch (error) {
    throw badJson(error);
  }
  return readShape(value, schema);
}
