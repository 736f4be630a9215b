import { z } from "@hono/zod-openapi";

/** The shapes of the API, for validation and for `/openapi.json`. */

/** A BCP 47 tag, as far as its form goes. */
export const LANGUAGE_TAG = /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i;

export const LanguageSchema = z.string()
  .regex(LANGUAGE_TAG, "must be a tag such as en-US")
  .openapi({ description: "BCP 47 language", example: "en-US" });

/** How text is to be written, for recordings and live. */
export const Writing = z.object({
  spoken: z.enum(["true", "false"]).optional().openapi({
    description:
      "Write “comma”, “full stop”, “question mark”, “new line” and the like as marks (English, German, French, Spanish). Without it, as the person chose in their account.",
  }),
  hints: z.string().max(2_000).default("").openapi({
    description:
      "Names and words that are likely to be said, with commas between them, for engines that take them.",
    example: "Ada Lovelace, Grace Hopper",
  }),
});

/** The same as an engine takes it. */
export const writingIn = ({ spoken, hints }: z.infer<typeof Writing>) => ({
  spoken: spoken === undefined ? undefined : spoken === "true",
  hints: hints.split(",").map((hint) => hint.trim())
    .filter((hint) => hint !== ""),
});

export const TranscribeQuery = z.object({
  language: LanguageSchema.optional().openapi({
    description:
      "BCP 47. Without it the engine tells the language where it can, or takes English, or its first.",
  }),
  keep: z.enum(["true", "voice", "only", "false"]).default("false").openapi({
    description:
      "Keep the recording, before it is recognised, and answer its id as `clip`. `voice` keeps it so that a player can begin anywhere, and answers its waveform as well; `only` does that, and hears nothing.",
  }),
  ...Writing.shape,
});

export const TranscribeJson = z.object({
  audio_data: z.string().optional().openapi({
    description: "The recording, base64.",
  }),
  audio_uri: z.string().max(2_000).optional().openapi({
    description:
      "Instead of audio_data a clip you kept: `clip:<id>`, this service's own /clips address, or its gs:// address in our bucket.",
  }),
  content_type: z.string().max(200).optional().openapi({
    description: "Accepted for old clients; the format is told by the bytes.",
  }),
  language_code: LanguageSchema.optional(),
  long_audio: z.boolean().optional().openapi({
    description:
      "Accepted for old clients. Every recording up to 5 minutes works the same way.",
  }),
}).refine(
  (body) => (body.audio_data === undefined) !== (body.audio_uri === undefined),
  { message: "give either audio_data or audio_uri" },
).openapi("TranscribeRequest");

export const WordSchema = z.object({
  word: z.string(),
  start: z.number().openapi({ description: "Seconds from the beginning." }),
  end: z.number(),
  confidence: z.number().min(0).max(1),
}).openapi("Word");

const Peaks = z.array(z.number().int().min(0).max(100)).openapi({
  description:
    "With keep=voice: how loud each of 64 equal parts is, of the loudest 100.",
});

export const TranscriptSchema = z.object({
  text: z.string().openapi({ example: "Hello how are you doing today" }),
  words: z.array(WordSchema),
  duration: z.number().openapi({ description: "Seconds of audio." }),
  cut: z.boolean().optional().openapi({
    description:
      "True when the end of the recording is missing (Ogg, FLAC, MP3): these are the words of what arrived.",
  }),
  clip: z.string().optional().openapi({
    description: "The id of the kept recording, with keep=true.",
  }),
  peaks: Peaks.optional(),
}).openapi("Transcript");

export type Transcript = z.infer<typeof TranscriptSchema>;

export const AddressSchema = z.object({
  url: z.string(),
  expiresAt: z.number().openapi({
    description: "Milliseconds since the Unix epoch.",
  }),
}).openapi("ClipAddress");

export const LanguagesSchema = z.object({
  languages: z.array(z.string()).openapi({
    description: "BCP 47 tags.",
    example: ["en-US"],
  }),
  detects: z.boolean().openapi({
    description: "Without a language, the engine tells which one is spoken.",
  }),
  hints: z.boolean().openapi({
    description: "Names and words that are likely to be said help the engine.",
  }),
}).openapi("Languages");

export const ErrorSchema = z.object({
  error: z.object({
    code: z.string().openapi({ example: "audio-silent" }),
    message: z.string().openapi({ description: "A sentence for a person." }),
    clip: z.string().optional().openapi({
      description:
        "With keep=true: the recording was kept all the same; try again with audio_uri `clip:<id>`.",
    }),
    duration: z.number().optional().openapi({
      description: "With keep=voice, where it was kept: seconds of audio.",
    }),
    peaks: Peaks.optional(),
  }),
}).openapi("Error");

const State = z.object({
  state: z.enum(["up", "down", "configured"]),
  reason: z.string().optional(),
});

export const ReadySchema = z.object({
  ready: z.boolean(),
  recognizer: z.object({
    name: z.string(),
    state: z.enum(["ready", "off"]),
    reason: z.string().optional(),
  }),
  clips: State.extend({ name: z.string() }),
  keys: State,
}).openapi("Ready");
