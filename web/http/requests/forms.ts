import { Buffer } from "node:buffer";
import { bodyOf } from "../../access/row.ts";
import { BODIES, type Body } from "../../access/table.ts";
import { AppError, reportError } from "../../errors.ts";
import { readUpTo } from "./body.ts";
import { boundaryOf, hasPlainParts, isFormType } from "./parts.ts";

/** The most bytes of one text: four thousand characters, the longest of ours, are 12 KB at most. */
const FIELD_BYTES = 16 * 1024;
const TOO_LARGE = "That is too much text to send at once. Please shorten it.";
const PHOTO_TOO_LARGE =
  "That was more than 8 MB. A photo can be at most 2 MB: crop it to your face, or take it at a lower resolution in your camera’s settings.";

const PICTURE_TOO_LARGE = "That was more than 8 MB. Choose a smaller picture.";

const RECORDING_TOO_LARGE =
  "That was more than 10 MB. Send a shorter recording, up to 5 minutes.";

/** The field that can have been too large in each kind of form, and what to say. */
const LARGE: Partial<Record<Body, { field: string; large: string }>> = {
  photos: { field: "selfie", large: PHOTO_TOO_LARGE },
  picture: { field: "picture", large: PICTURE_TOO_LARGE },
  "recording form": { field: "recording", large: RECORDING_TOO_LARGE },
};

/** A form of more bytes than are taken. */
export class FormTooLarge extends AppError {
  /**
   * @param form what came first, so that what was typed above a photo is not lost.
   * @param takes what the form may carry, some of which can have been the large part.
   */
  constructor(readonly form: FormData, takes: Body) {
    const { field, large = TOO_LARGE } = LARGE[takes] ?? {};
    super({
      code: "too-large",
      status: 413,
      message: large,
      fields: field ? { [field]: large } : undefined,
    });
  }
}

const parse = (body: BodyInit, type: string): Promise<FormData> =>
  new Response(body, { headers: { "content-type": type } }).formData();

/** The fields of a multipart form that was cut off: its last part is closed where it ends. */
async function parseCut(
  bytes: Uint8Array<ArrayBuffer>,
  type: string,
): Promise<FormData> {
  try {
    return await parse(
      new Blob([bytes, `\r\n--${boundaryOf(type)}--\r\n`]),
      type,
    );
  } catch {
    // Cut where nothing can be made of it, or never multipart: nothing to keep.
    return new FormData();
  }
}

const badForm = (cause?: unknown): AppError =>
  new AppError({
    code: "bad-form",
    status: 400,
    message: "The form arrived damaged. Please send it again.",
    cause,
  });

/** Whether a text is longer than a field takes; it is only counted when it might be. */
const isTooLong = (value: FormDataEntryValue): boolean =>
  typeof value === "string" && value.length * 3 > FIELD_BYTES &&
  Buffer.byteLength(value) > FIELD_BYTES;

/** Refuses a form with a text longer than any field takes: it is kept, or sent back, nowhere. */
function checkTexts(form: FormData): FormData {
  if (![...form.values()].some(isTooLong)) return form;
  throw new FormTooLarge(withoutLong(form), "text");
}

function withoutLong(form: FormData): FormData {
  for (const [name, value] of [...form]) {
    if (isTooLong(value)) form.delete(name);
  }
  return form;
}

const forms = new WeakMap<Request, Promise<FormData>>();

/**
 * The form a request carries, urlencoded or multipart, of as many bytes as the table gives its route.
 * Whoever asks again gets the same one.
 *
 * @throws {FormTooLarge} 413 beyond that, with a sentence for the field of a file; beyond 64 KB of text
 * alone; and for any text of more than 16 KB.
 * @throws {AppError} `unsupported-type` 415 and `bad-form` 400 for anything that is no form; what
 * `readUpTo` throws.
 */
export function readForm(req: Request): Promise<FormData> {
  const known = forms.get(req) ?? readOnce(req);
  forms.set(req, known);
  return known;
}

async function readOnce(req: Request): Promise<FormData> {
  const type = req.headers.get("content-type") ?? "";
  if (!isFormType(type)) {
    throw new AppError({
      code: "unsupported-type",
      status: 415,
      message: "This address accepts only forms.",
    });
  }
  const hasParts = /^multipart/i.test(type);
  const takes = bodyOf(req);
  const kind = hasParts || takes === "nothing" ? takes : "text";
  const { bytes, whole } = await readUpTo(
    req,
    BODIES[kind],
    () => new FormTooLarge(new FormData(), kind),
  );
  if (hasParts && !hasPlainParts(bytes, type)) throw badForm();
  if (!whole) {
    const form = hasParts ? await parseCut(bytes, type) : new FormData();
    throw new FormTooLarge(withoutLong(form), kind);
  }
  return checkTexts(
    await parse(bytes, type).catch((cause) => {
      throw badForm(cause);
    }),
  );
}

/** The text of a field; empty when it is missing or a file. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

/** The bytes of every file chosen under a name, in order; an empty input counts as none. */
export async function filesOf(
  form: FormData,
  name: string,
): Promise<Uint8Array[]> {
  const files = form.getAll(name).filter((value): value is File =>
    value instanceof File && value.size > 0
  );
  return await Promise.all(files.map((file) => file.bytes()));
}

/** What to throw for a form whose `intent` the page does not have. */
export const unknownIntent = (): AppError =>
  new AppError({
    code: "unknown-intent",
    status: 400,
    message: "This form is out of date. Please reload the page and try again.",
  });

/** What went wrong with a form, for the page that shows it again. */
export interface Failure {
  status: number;
  /** Form field name → sentence. */
  fields: Record<string, string>;
  /** What belongs to no single field. */
  message?: string;
}

/**
 * Turns anything thrown while a form was handled into what its page shows. A sentence that
 * stands beside a field of `shown` is not repeated above the form.
 */
export function failureOf(
  error: unknown,
  shown: string[],
  requestId?: string,
): Failure {
  const { status, fields = {}, message } = reportError(error, requestId);
  const beside = shown.some((name) => fields[name]);
  return { status, fields, message: beside ? undefined : message };
}

/** What to say about `?done=`, which anybody may write; nothing for what is not listed. */
export const sentenceFor = (
  sentences: Record<string, string>,
  done: string | null,
): string | undefined =>
  done !== null && Object.hasOwn(sentences, done) ? sentences[done] : undefined;
