/** Forms with files of any size, which are passed on as they come: none is ever held whole. */
import type { Busboy } from "@fastify/busboy";
import { LIMITS } from "../../../realtime/protocol.ts";
import { AppError } from "../../errors.ts";
import { tooManyFiles } from "../../files/errors.ts";
import { DISCARD_BYTES, paced } from "./body.ts";

/** The most bytes of one text; see forms.ts. */
const FIELD_BYTES = 16 * 1024;
const LIMIT = {
  fields: 20,
  fieldSize: FIELD_BYTES,
  fieldNameSize: 100,
  headerPairs: 20,
  headerSize: 4_096,
  // One more than is taken, to tell that there were too many.
  files: LIMITS.files + 1,
};

const damaged = (cause?: unknown) =>
  new AppError({
    code: "bad-form",
    status: 400,
    message: "The form arrived damaged. Please send it again.",
    cause,
  });

/** What a form carried. */
export interface Upload<T> {
  fields: Map<string, string>;
  /** What `take` made of the files, in order. */
  files: T[];
  /** Why not all of it could be taken: what came first is above. */
  error?: unknown;
}

/** Whether a request carries a form in parts. */
export const isMultipart = (req: Request): boolean =>
  /^multipart\/form-data\s*;/i.test(req.headers.get("content-type") ?? "");

/** How many bytes a request says it has, where it says so. */
export function announcedBy(req: Request): number | undefined {
  const length = req.headers.get("content-length");
  return length === null ? undefined : Number(length);
}

/**
 * Reads a form in parts, and has each chosen file taken while it comes, one after the other.
 * What fails is told with the fields, so that a text is not lost with a file; from then on what
 * still comes is thrown away, within bounds.
 *
 * @param take is also given how many bytes the file has at most, where that is known.
 */
export async function readUpload<T>(
  req: Request,
  take: (
    name: string,
    bytes: AsyncIterable<Uint8Array>,
    announced?: number,
  ) => Promise<T>,
): Promise<Upload<T>> {
  const announced = announcedBy(req);
  const upload: Upload<T> = { fields: new Map(), files: [] };
  const fail = (error: unknown) => {
    upload.error ??= error;
  };
  let work = Promise.resolve();
  let current: { destroy(error: Error): void } | undefined;
  try {
    const { Busboy } = await import("@fastify/busboy");
    const parser = new Busboy({
      headers: { "content-type": req.headers.get("content-type") ?? "" },
      limits: LIMIT,
    });
    const ended = new Promise<void>((resolve) => {
      parser.on("finish", resolve);
      parser.on("error", (error) => {
        fail(damaged(error));
        current?.destroy(damaged(error));
        resolve();
      });
    });
    parser.on("field", (name, value, _, truncated) => {
      if (truncated) return fail(tooMuchText());
      upload.fields.set(name, value);
    });
    parser.on("filesLimit", () => fail(tooManyFiles(LIMITS.files)));
    parser.on("fieldsLimit", () => fail(damaged()));
    let count = 0;
    /** Bytes of what was parsed before the part that is parsed now. */
    let parsed = 0;
    parser.on("file", (_field, stream, name) => {
      // It is heard even where nobody reads it any more.
      stream.on("error", fail);
      // An input without a choice sends a file without a name.
      const chosen = Boolean(name);
      if (chosen && ++count > LIMITS.files) fail(tooManyFiles(LIMITS.files));
      const most = announced === undefined ? undefined : announced - parsed;
      work = work.then(async () => {
        if (!chosen || upload.error) return void stream.resume();
        current = stream;
        const bytes = stream.iterator({ destroyOnReturn: false });
        try {
          upload.files.push(await take(nameOf(name), bytes, most));
        } catch (error) {
          fail(error);
        }
        // Whoever stopped reading leaves the rest, which flows only once nobody holds it.
        await bytes.return?.();
        stream.resume();
      });
    });
    let size = 0;
    for await (const chunk of paced(req)) {
      size += chunk.length;
      if (upload.error && size > DISCARD_BYTES) break;
      if (parser.destroyed) continue;
      if (!parser.write(chunk)) await drained(parser, ended);
      parsed = size;
    }
    parser.end();
    await ended;
  } catch (error) {
    fail(error);
    current?.destroy(error as Error);
  }
  await work;
  return upload;
}

/** What a browser writes for the three characters that would end a name (HTML, "escape a name"). */
const nameOf = (name: string): string =>
  name.replace(/%(0A|0D|22)/g, (sign) => decodeURIComponent(sign));

/** When the parser takes more; or never will. */
function drained(
  parser: InstanceType<typeof Busboy>,
  ended: Promise<void>,
): Promise<unknown> {
  const drain = new Promise<void>((resolve) => parser.once("drain", resolve));
  return Promise.race([drain, ended]);
}

const tooMuchText = () =>
  new AppError({
    code: "too-large",
    status: 413,
    message: "That is too much text to send at once. Please shorten it.",
  });
