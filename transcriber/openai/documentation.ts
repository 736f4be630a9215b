import { z } from "@hono/zod-openapi";
import { FORMATS } from "./fields.ts";

const ErrorSchema = z.object({
  error: z.object({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string(),
  }),
}).openapi("OpenAiError");

const failed = (description: string) => ({
  description,
  content: { "application/json": { schema: ErrorSchema } },
});

const failures = {
  401: failed("No valid credential"),
  404: failed("No such model"),
};

const ModelSchema = z.object({
  id: z.string().openapi({ example: "whisper-1" }),
  object: z.literal("model"),
  created: z.number(),
  owned_by: z.string(),
}).openapi("Model");

const FormSchema = z.object({
  file: z.string().openapi({
    format: "binary",
    description: "The recording, up to 25 MB and 5 minutes.",
  }),
  model: z.string().openapi({
    description: "One of GET /v1/models. Each of them is this server's engine.",
    example: "whisper-1",
  }),
  language: z.string().optional().openapi({
    description:
      "ISO 639-1, or a BCP 47 tag. Without it the engine tells it where it can, or takes English.",
    example: "en",
  }),
  prompt: z.string().max(16_384).optional().openapi({
    description: "Text that guides the spelling, for engines that take it.",
  }),
  "languages[]": z.array(z.string()).optional().openapi({
    description:
      "Languages that may be spoken, where none is named: an engine that does not tell it takes the first it knows.",
  }),
  "include[]": z.array(z.literal("logprobs")).optional().openapi({
    description:
      "Adds to json, and to the events, how sure the engine is of each word.",
  }),
  "keywords[]": z.array(z.string()).optional().openapi({
    description:
      "Words that are likely to be said, for engines that take them.",
  }),
  temperature: z.number().min(0).max(1).optional(),
  response_format: z.enum(FORMATS).default("json"),
  "timestamp_granularities[]": z.array(z.enum(["word", "segment"])).optional()
    .openapi({ description: "For verbose_json. Without it: segment." }),
  chunking_strategy: z.string().optional().openapi({
    description:
      "Set it to auto, or to JSON of the type server_vad. Recordings are cut at pauses, whatever it says. Fields that are not listed are left alone.",
  }),
  stream: z.boolean().default(false).openapi({
    description:
      "Answer server-sent events: transcript.text.delta for each stretch of words, and transcript.text.done with all of them.",
  }),
});

const VerboseSchema = z.object({
  text: z.string(),
  usage: z.object({ type: z.literal("duration"), seconds: z.number() }),
  logprobs: z.array(z.object({
    token: z.string(),
    bytes: z.array(z.number()),
    logprob: z.number(),
  })).optional(),
  task: z.string().optional(),
  language: z.string().optional().openapi({ example: "english" }),
  duration: z.number().optional(),
  words: z.array(z.object({
    word: z.string(),
    start: z.number(),
    end: z.number(),
  })).optional(),
  segments: z.array(z.object({
    id: z.number(),
    start: z.number(),
    end: z.number(),
    text: z.string(),
  })).optional(),
}).openapi("OpenAiTranscription");

const security = [{ bearer: [] }];

/** These routes in the OpenAPI document; their form is read by `form.ts`, as it arrives. */
export const transcriptionsDocumentation = [
  {
    method: "post",
    path: "/v1/audio/transcriptions",
    summary: "Turn a recording into text, as OpenAI's API does",
    description:
      "For programs that speak the API of OpenAI: set their base URL to this server's address and /v1, and their key to one of TRANSCRIBER_KEYS or your token. Silence answers an empty text.",
    security,
    request: {
      body: { content: { "multipart/form-data": { schema: FormSchema } } },
    },
    responses: {
      200: {
        description: "The words, in the format asked for",
        content: { "application/json": { schema: VerboseSchema } },
      },
      400: failed("The form or the recording cannot be read; param says which"),
      ...failures,
      413: failed("Too large or too long"),
      429: failed("Too many requests; see Retry-After"),
      503: failed("The recogniser is off or busy, or web cannot be reached"),
    },
  },
  {
    method: "get",
    path: "/v1/models",
    summary: "The names a model can be asked for by",
    security,
    responses: {
      200: {
        description: "The engine's own name first",
        content: {
          "application/json": {
            schema: z.object({
              object: z.literal("list"),
              data: z.array(ModelSchema),
            }),
          },
        },
      },
      401: failures[401],
    },
  },
  {
    method: "get",
    path: "/v1/models/{id}",
    summary: "One of these names",
    security,
    request: { params: z.object({ id: z.string() }) },
    responses: {
      200: {
        description: "It is one",
        content: { "application/json": { schema: ModelSchema } },
      },
      ...failures,
    },
  },
] as const;
