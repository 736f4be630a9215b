import { AppError, toAppError } from "../errors.ts";
import { readUpTo } from "./body.ts";

/** The most bytes a form may have: three camera pictures and some text. */
export const FORM_BYTES = 8 * 1024 * 1024;

const TOO_LARGE = "That was more than 8 MB, which is more than can be sent.";
const PHOTO_TOO_LARGE =
  "That was more than 8 MB. Choose one photo, of at most 2 MB: crop it to your face, or take it at a lower resolution in your camera’s settings.";

/** A form of more bytes than are taken. */
export class FormTooLarge extends AppError {
  /**
   * @param form what came first, so that what was typed above a photo is not lost.
   * @param hasFiles whether it is a form of which a photo can have been the large part.
   */
  constructor(readonly form: FormData, hasFiles: boolean) {
    super({
      code: "too-large",
      status: 413,
      message: hasFiles ? PHOTO_TOO_LARGE : TOO_LARGE,
      fields: hasFiles ? { selfie: PHOTO_TOO_LARGE } : undefined,
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
  const boundary = type.match(/boundary="?([^";]+)/)?.[1];
  try {
    return await parse(new Blob([bytes, `\r\n--${boundary}--\r\n`]), type);
  } catch {
    // Cut where nothing can be made of it, or never multipart: nothing to keep.
    return new FormData();
  }
}

/**
 * The form a request carries, urlencoded or multipart.
 *
 * @throws {FormTooLarge} 413 beyond `limit` bytes; of one that carries files with a sentence for
 * the field `selfie`.
 * @throws {AppError} `unsupported-type` 415 and `bad-form` 400 for anything that is no form.
 */
export async function readForm(
  req: Request,
  limit = FORM_BYTES,
): Promise<FormData> {
  const type = req.headers.get("content-type") ?? "";
  if (
    !/^(multipart\/form-data|application\/x-www-form-urlencoded)/.test(type)
  ) {
    throw new AppError({
      code: "unsupported-type",
      status: 415,
      message: "This address takes a form.",
    });
  }
  const { bytes, whole } = await readUpTo(req.body, limit);
  if (!whole) {
    const hasFiles = type.startsWith("multipart/");
    throw new FormTooLarge(await parseCut(bytes, type), hasFiles);
  }
  try {
    return await parse(bytes, type);
  } catch (cause) {
    throw new AppError({
      code: "bad-form",
      status: 400,
      message: "The form arrived broken. Please send it again.",
      cause,
    });
  }
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
  const { status, fields = {}, message } = toAppError(error, requestId);
  const beside = shown.some((name) => fields[name]);
  return { status, fields, message: beside ? undefined : message };
}

/** What to say about `?done=`, which anybody may write; nothing for what is not listed. */
export const sentenceFor = (
  sentences: Record<string, string>,
  done: string | null,
): string | undefined =>
  done !== null && Object.hasOwn(sentences, done) ? sentences[done] : undefined;
