import { createRoute, type OpenAPIHono, type z } from "@hono/zod-openapi";
import { createMiddleware } from "hono/factory";
import { decodeAudio } from "../audio/decode.ts";
import { audioEmpty, audioTooLarge, jsonTooLarge } from "../audio/errors.ts";
import { peaksOf } from "../audio/peaks.ts";
import { playable } from "../audio/playable.ts";
import { CONTENT_TYPES } from "../audio/sniff.ts";
import { failures } from "../http/middleware.ts";
import type { Bodies } from "../http/bodies.ts";
import { clipFor } from "../clips/clips.ts";
import { keepClip } from "../clips/keep.ts";
import type { Caller } from "../access/auth.ts";
import type { Config } from "../config/config.ts";
import { ApiError, internalError } from "../http/errors.ts";
import { heardIn } from "./hear.ts";
import { untilDeleted } from "./hearing.ts";
import {
  assertUsable,
  type TranscribeOptions,
  usualLanguage,
} from "../recognizers/recognizer.ts";
import {
  TranscribeJson,
  TranscribeQuery,
  type Transcript,
  TranscriptSchema,
  writingIn,
} from "../http/schemas.ts";
import { writingOf } from "../text/wishes.ts";
import type { Env } from "../http/context.ts";
import type { Deps } from "../service.ts";

/** Content types senders use for recordings; the bytes decide what each one is. */
const AUDIO_TYPES = [
  ...Object.values(CONTENT_TYPES),
  "audio/*",
  "video/webm",
  "video/mp4",
  "video/ogg",
  "application/ogg",
  "application/octet-stream",
];
const binary = { schema: { type: "string", format: "binary" } } as const;

const isJson = (type: string) => /^application\/json\b/i.test(type);
const isAudio = (type: string) => {
  const essence = type.split(";")[0].trim().toLowerCase();
  return essence.startsWith("audio/") || AUDIO_TYPES.includes(essence);
};

/** Bytes of JSON up to which it may have any number of values. */
const SMALL_JSON = 64 * 1024;
/** The most values a larger one may have: a recording in base64 is one. */
const MOST_VALUES = 32;

/**
 * Refuses a large JSON body of many values before parsing it, which would take seconds. A comma or a
 * bracket stands before each value, and base64 has neither.
 */
function assertSimple(bytes: Uint8Array): void {
  let values = 0;
  for (let at = 0; bytes.length > SMALL_JSON && at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte !== 0x2c && byte !== 0x5b && byte !== 0x7b) continue;
    if (++values > MOST_VALUES) {
      throw new ApiError({
        code: "json-too-complex",
        status: 413,
        message: "A large JSON body may hold a recording, and little else.",
      });
    }
  }
}

/** Refuses what is neither audio nor JSON, and more of it than allowed, before anything is read. */
const acceptBody = (bodies: Bodies) =>
  createMiddleware<Env>(async (c, next) => {
    const type = c.req.header("content-type") ?? "";
    const { bytes, jsonBytes = 0 } = c.get("row");
    if (isJson(type)) {
      return await bodies.within(c, jsonBytes, jsonTooLarge, async () => {
        assertSimple(new Uint8Array(await c.req.arrayBuffer()));
        await next();
      });
    }
    if (isAudio(type)) {
      return await bodies.within(c, bytes, audioTooLarge, next);
    }
    throw new ApiError({
      code: "content-type",
      status: 415,
      message:
        "Send a recording with its Content-Type, for example audio/webm, or JSON.",
    });
  });

/** `POST /transcribe`: a recording in, its words out. */
export function addTranscribe(app: OpenAPIHono<Env>, deps: Deps): void {
  const route = createRoute({
    method: "post",
    path: "/transcribe",
    summary: "Turn a recording into text",
    description:
      "Send up to 25 MB (in JSON, 10 MB) and 5 minutes of WebM, Ogg (Opus or Vorbis), WAV, FLAC, MP3 or MP4 (AAC). If the end of an Ogg, FLAC or MP3 file is missing, you get the words of what arrived, and `cut` is true. A WebM, MP4 or WAV file without its end is refused.",
    security: [{ bearer: [] }],
    middleware: acceptBody(deps.bodies),
    request: {
      query: TranscribeQuery,
      body: {
        content: {
          "application/json": { schema: TranscribeJson },
          ...Object.fromEntries(AUDIO_TYPES.map((type) => [type, binary])),
        },
      },
    },
    responses: {
      200: {
        description: "The words",
        content: { "application/json": { schema: TranscriptSchema } },
      },
      ...failures(400, 401, 404, 408, 409, 413, 415, 422, 429, 503, 504),
    },
  });

  app.openapi(route, async (c) => {
    const { language: queried, keep, ...writing } = c.req.valid("query");
    const json = isJson(c.req.header("content-type") ?? "")
      ? c.req.valid("json")
      : null;
    const named = json?.language_code ?? queried;
    const language = named ?? usualLanguage(deps.recognizer);
    // A voice note is kept first, whatever becomes of its words.
    if (keep !== "voice" && keep !== "only") {
      assertUsable(deps.recognizer, language);
    }
    const caller = c.get("caller");
    const bytes = json
      ? await bytesOf(deps, caller, json)
      : new Uint8Array(await c.req.arrayBuffer());
    const options = {
      ...writingOf(writingIn(writing), caller.writing),
      language,
      detect: named === undefined,
      keep: json?.audio_uri === undefined ? keep : "false" as const,
    };
    const clip = json?.audio_uri === undefined
      ? caller.clip
      : clipIdOf(json.audio_uri, deps.config);
    const answer = await untilDeleted(
      deps.clips,
      clip,
      c.get("gone"),
      (signal) => transcribe(deps, caller, bytes, { ...options, signal }),
    );
    return c.json(answer, 200);
  });
}

async function transcribe(
  deps: Deps,
  caller: Caller,
  bytes: Uint8Array,
  { keep, ...options }:
    & TranscribeOptions
    & Pick<z.infer<typeof TranscribeQuery>, "keep">,
): Promise<Transcript> {
  const { signal } = options;
  const recording = await decodeAudio(bytes, { signal, ffmpeg: deps.ffmpeg });
  const { format, duration } = recording;
  deps.metrics.audio("recording", duration);
  // Before it is recognised: whatever becomes of that, the recording is safe.
  const contentType = CONTENT_TYPES[format];
  const voice = keep === "voice" || keep === "only"
    ? { duration, peaks: peaksOf(recording.pcm) }
    : undefined;
  const clip = keep === "false" ? null : await keepClip(
    deps,
    caller,
    voice ? await playable(bytes, format) : bytes,
    { contentType, duration, id: caller.clip },
  );
  if (voice && clip && keep === "only") {
    return { text: "", words: [], ...voice, clip: clip.id };
  }
  try {
    signal.throwIfAborted();
    if (voice) assertUsable(deps.recognizer, options.language);
    const heard = await heardIn(deps, bytes, recording, options);
    if (heard.text === "") throw noSpeech();
    return {
      ...heard,
      ...(recording.cut && { cut: true }),
      ...(clip && { clip: clip.id }),
      ...(voice && { peaks: voice.peaks }),
    };
  } catch (error) {
    // Who went away was never told the id, and could not delete it.
    if (clip && signal.aborted) await deps.clips.delete(clip.id);
    if (!clip || signal.aborted) throw error;
    throw Object.assign(about(clip.id, error), { voice });
  }
}

function about(clip: string, error: unknown): ApiError {
  const shown = error instanceof ApiError ? error : internalError(error);
  shown.clip = clip;
  return shown;
}

const noSpeech = () =>
  new ApiError({
    code: "audio-no-speech",
    status: 422,
    message: "We heard no words. Speak closer to the microphone and retry.",
  });

async function bytesOf(
  deps: Deps,
  caller: Caller,
  body: { audio_data?: string; audio_uri?: string },
): Promise<Uint8Array> {
  if (body.audio_uri !== undefined) {
    const id = clipIdOf(body.audio_uri, deps.config);
    return (await clipFor(deps.clips, caller, id)).bytes;
  }
  if (!body.audio_data) throw audioEmpty();
  try {
    return Uint8Array.fromBase64(body.audio_data);
  } catch (cause) {
    throw new ApiError({
      code: "audio-base64",
      status: 400,
      message: "The recording in audio_data is not base64.",
      cause,
    });
  }
}

// Nothing is ever fetched: an address only names a clip of our own.
function clipIdOf(uri: string, { publicUrl, google }: Config): string {
  // An address of ours without its query, as clips/routes.ts gives it under web's address.
  const [, under] = /^\/[\w-]{1,40}\/clips\/([\w-]+)$/.exec(uri) ?? [];
  if (under) return under;
  const prefixes = ["clip:"];
  if (publicUrl) prefixes.push(`${publicUrl}/clips/`);
  if (google) prefixes.push(`gs://${google.bucket}/clips/`);
  for (const prefix of prefixes) {
    if (uri.startsWith(prefix)) return uri.slice(prefix.length);
  }
  throw new ApiError({
    code: "audio-uri-outside",
    status: 400,
    message:
      "The audio_uri must name a clip kept here, for example clip:<id>. Other addresses are not fetched.",
  });
}
