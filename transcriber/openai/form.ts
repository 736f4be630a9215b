import { pipeline } from "node:stream/promises";
import { Busboy, type BusboyInstance } from "@fastify/busboy";
import { joined } from "../../realtime/common/joined.ts";
import { audioTooLarge } from "../audio/errors.ts";
import { ApiError } from "../http/errors.ts";
import { REQUESTS } from "../access/table.ts";
import { AUDIO_LIMITS } from "../http/limits.ts";

/** What a form of a program holds: one file, and fields. */
export interface Form {
  file: Uint8Array | null;
  /** Every field with its values, in order; `name[]` and `name[0]` are `name`. */
  fields: Map<string, string[]>;
}

/** Bytes of one field; a prompt is the longest there is. */
const FIELD_BYTES = 16 * 1024;
/** Fields of a form; OpenAI knows sixteen. */
const FIELDS = 64;
/** Bytes of a whole body. */
export const FORM_BYTES = REQUESTS["POST /v1/audio/transcriptions"].bytes;
/** RFC 2046 §5.1.1: a boundary has at most seventy characters. */
const LONGEST_BOUNDARY = 70;

/**
 * Reads a multipart form as it arrives, and stops reading as soon as it is too much.
 * @throws {ApiError} 400 `invalid` or `string_above_max_length`; 413 `audio-too-large`,
 * `form-too-large`; 415 `content-type`
 */
export async function readForm(
  body: AsyncIterable<Uint8Array> | null,
  contentType: string,
): Promise<Form> {
  const form: Form = { file: null, fields: new Map() };
  const busboy = open(contentType);
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {}); // told below, or overtaken by the end
  const fail = (error: ApiError) => {
    failed.reject(error);
    busboy.destroy(error);
  };
  busboy.on("field", (name: string | undefined, value, _short, cut) => {
    if (name === undefined) return fail(fieldWithoutName());
    const known = name.replace(/\[\d*\]$/, "");
    if (cut) return fail(fieldTooLong(known));
    form.fields.set(known, [...form.fields.get(known) ?? [], value]);
  });
  busboy.on("file", (name: string | undefined, stream) => {
    const pieces: Uint8Array[] = [];
    const wanted = name === "file";
    stream.on("data", (piece: Uint8Array) => wanted && pieces.push(piece));
    stream.on("limit", () => fail(audioTooLarge()));
    stream.on("error", () => {}); // the form's own error says it
    stream.on("end", () => {
      if (wanted) form.file = joined(pieces);
    });
  });
  for (const limit of ["fieldsLimit", "filesLimit", "partsLimit"] as const) {
    busboy.on(limit, () => fail(tooManyFields()));
  }
  try {
    await Promise.race([pipeline(source(body), busboy), failed.promise]);
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw brokenForm(error);
  }
  return form;
}

function open(contentType: string): BusboyInstance {
  const boundary = /boundary=(?:"([^"]+)"|([^;]+))/i.exec(contentType);
  if (!/^multipart\/form-data\b/i.test(contentType)) throw notAForm();
  if (!boundary || (boundary[1] ?? boundary[2]).length > LONGEST_BOUNDARY) {
    throw brokenForm();
  }
  return new Busboy({
    headers: { "content-type": contentType },
    isPartAFile: (name, _type, fileName) =>
      name === "file" || fileName !== undefined,
    limits: {
      fieldNameSize: 100,
      fieldSize: FIELD_BYTES,
      fields: FIELDS,
      files: 1,
      fileSize: AUDIO_LIMITS.bytes,
      parts: FIELDS + 1,
      headerPairs: 20,
    },
  });
}

/** The body, as far as it may go. */
async function* source(body: AsyncIterable<Uint8Array> | null) {
  let left = FORM_BYTES;
  for await (const piece of body ?? []) {
    left -= piece.length;
    if (left < 0) throw audioTooLarge();
    yield piece;
  }
}

const notAForm = () =>
  new ApiError({
    code: "content-type",
    status: 415,
    message:
      "Send multipart/form-data with a field “file” that holds the recording.",
  });

const brokenForm = (cause?: unknown) =>
  new ApiError({
    code: "invalid",
    status: 400,
    message: "The form is damaged, or its end is missing.",
    cause,
  });

const tooManyFields = () =>
  new ApiError({
    code: "form-too-large",
    status: 413,
    message: "The form has too many fields, or more than one file.",
  });

const fieldWithoutName = () =>
  new ApiError({
    code: "invalid",
    status: 400,
    message: "A part of the form has no name.",
  });

const fieldTooLong = (param: string) =>
  new ApiError({
    code: "string_above_max_length",
    status: 400,
    message: "This field is too long. Send at most 16,384 bytes.",
    param: param.slice(0, 100),
  });
