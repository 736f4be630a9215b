import { z } from "@hono/zod-openapi";
import { ApiError } from "../http/errors.ts";
import { LANGUAGE_TAG } from "../http/schemas.ts";
import type { Form } from "./form.ts";

export const FORMATS = ["json", "text", "srt", "verbose_json", "vtt"] as const;
export type ResponseFormat = typeof FORMATS[number];

/** What a program asks for, besides the recording. */
export interface Asked {
  model: string;
  /** ISO 639-1 or a BCP 47 tag. */
  language?: string;
  /** Those that may be spoken, where none is named. */
  languages: string[];
  prompt?: string;
  keywords?: string[];
  temperature?: number;
  format: ResponseFormat;
  granularities: ("word" | "segment")[];
  stream: boolean;
  /** Whether to say how sure the engine is of each word. */
  logprobs: boolean;
}

const last = <T extends z.ZodType<unknown, string | undefined>>(schema: T) =>
  z.array(z.string()).transform((values) => values.at(-1)).pipe(schema);

const NO_MODEL = "Name a model: GET /v1/models lists them.";
const LANGUAGE = "Name the language by its code, for example en.";
const TEMPERATURE = "The temperature is a number from 0 to 1.";
const FORMAT = "The format is json, text, srt, verbose_json or vtt.";
const SPEAKERS =
  "Speakers are not told apart here. Ask for json, text, srt, verbose_json or vtt.";
const CHUNKING =
  "The chunking strategy is auto, or an object of the type server_vad. Recordings are cut at pauses here, whatever it says.";
const GRANULARITY = "Times are given for each word or each segment.";
const KEYWORDS = "Send at most 100 keywords of 200 characters.";
const INCLUDE = "Only logprobs can be included.";
const LANGUAGES = "Name at most 100 languages.";
const STREAM = "Set stream to true or false.";

/** A number as programs write it: 0.2, .2, 1e-3. */
const Temperature = z.string()
  .regex(/^(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i, TEMPERATURE)
  .transform(Number)
  .pipe(z.number().max(1, TEMPERATURE));
/** A language as programs name it: `EN`, `eng` and `en_US` are en, en and en-US. */
const Language = z.string().transform((text) => text.replaceAll("_", "-"))
  .pipe(z.string().regex(LANGUAGE_TAG, LANGUAGE))
  .refine(isLanguage, LANGUAGE)
  .transform((tag) => Intl.getCanonicalLocales(tag)[0]);
const Flag = z.string().regex(/^(true|false|1|0)$/i, STREAM)
  .transform((text) => text === "1" || text.toLowerCase() === "true");

/** The fields OpenAI's reference has for every model of transcription. Others are left alone. */
const Fields = z.object({
  model: last(z.string().max(200, NO_MODEL)),
  language: last(Language).optional(),
  prompt: last(z.string()).optional(),
  keywords: z.array(z.string().max(200, KEYWORDS)).max(100, KEYWORDS)
    .optional(),
  temperature: last(Temperature).optional(),
  response_format: last(z.enum(FORMATS, { error: FORMAT })).optional(),
  timestamp_granularities: z.array(
    z.enum(["word", "segment"], { error: GRANULARITY }),
  ).optional(),
  stream: last(Flag).optional(),
  chunking_strategy: last(z.string().refine(isChunking, CHUNKING)).optional(),
  languages: z.array(Language).max(100, LANGUAGES).optional(),
  include: z.array(z.literal("logprobs", { error: INCLUDE })).optional(),
});

/**
 * The fields of a form, checked. A field that was left empty is one that is not there.
 * @throws {ApiError} 400 `missing_required_parameter`, `invalid_value` or `unsupported_value`, with
 * `param`
 */
export function readFields(fields: Form["fields"]): Asked {
  const given = [...fields].filter(([, values]) => values.some((v) => v));
  const known = Object.fromEntries(given);
  if (!known.model) {
    throw refused("model", NO_MODEL, "missing_required_parameter");
  }
  if (known.response_format?.at(-1) === "diarized_json") {
    throw refused("response_format", SPEAKERS, "unsupported_value");
  }
  const { success, data, error } = Fields.safeParse(known);
  if (!success) {
    const [{ path, message }] = error.issues;
    throw refused(String(path[0]), message, "invalid_value");
  }
  const format = data.response_format ?? "json";
  const isText = format === "json" || format === "text";
  // OpenAI streams nothing of this model, and answers as if it had not been asked to.
  const stream = !!data.stream && (isText || data.model !== "whisper-1");
  if (stream && !isText) {
    const message =
      "A stream carries only text. Leave out stream, or ask for the format json.";
    throw refused("stream", message, "unsupported_value");
  }
  return {
    model: data.model,
    language: data.language,
    languages: data.languages ?? [],
    prompt: data.prompt,
    keywords: data.keywords,
    temperature: data.temperature,
    format,
    granularities: data.timestamp_granularities ?? ["segment"],
    stream,
    logprobs: data.include !== undefined,
  };
}

function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false; // of the right form, and still no tag
  }
}

/** `auto`, or JSON with the type `server_vad`. */
function isChunking(text: string): boolean {
  try {
    return text === "auto" || JSON.parse(text)?.type === "server_vad";
  } catch {
    return false;
  }
}

const refused = (param: string, message: string, code: string) =>
  new ApiError({ code, status: 400, message, param });
