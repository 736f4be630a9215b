import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { decodeAudio, type Recording } from "../audio/decode.ts";
import { audioEmpty, audioTooLarge } from "../audio/errors.ts";
import { ApiError } from "../http/errors.ts";
import { heardIn } from "../recordings/hear.ts";
import {
  assertUsable,
  type TranscribeOptions,
  type Transcription,
} from "../recognizers/recognizer.ts";
import type { Env } from "../http/context.ts";
import type { Deps } from "../service.ts";
import { writingOf } from "../text/wishes.ts";
import { transcriptionsDocumentation } from "./documentation.ts";
import { isWithoutWords } from "./errors.ts";
import { streamed } from "./events.ts";
import { readFields } from "./fields.ts";
import { readForm } from "./form.ts";
import { formatted } from "./formats.ts";
import { engineLanguage, likelyLanguage } from "./languages.ts";
import { findModel, listModels } from "./models.ts";

/** The API of OpenAI's audio/transcriptions, for every program that speaks it already. */
export function addOpenAi(app: OpenAPIHono<Env>, deps: Deps): void {
  for (const documentation of transcriptionsDocumentation) {
    app.openAPIRegistry.registerPath(documentation);
  }
  const path = "/v1/audio/transcriptions";
  const counted = createMiddleware<Env>((c, next) =>
    deps.bodies.counted(c, next)
  );
  app.post(path, counted, (c) => transcriptions(c, deps));
  app.all(path, (c) => {
    c.header("allow", "POST");
    throw new ApiError({
      code: "method-not-allowed",
      status: 405,
      message: "This address takes a recording with POST. See /docs.",
    });
  });
  app.get(
    "/v1/models",
    (c) => c.json(listModels(deps.recognizer)),
  );
  app.get(
    "/v1/models/:id",
    (c) => c.json(findModel(deps.recognizer, c.req.param("id"))),
  );
}

async function transcriptions(c: Context<Env>, deps: Deps): Promise<Response> {
  const { recognizer } = deps;
  const signal = c.get("gone");
  const type = c.req.header("content-type") ?? "";
  const body = deps.bodies.pieces(c, c.get("row").bytes, audioTooLarge);
  const { file, fields } = await readForm(body, type);
  const asked = readFields(fields);
  findModel(recognizer, asked.model);
  const language = engineLanguage(
    recognizer,
    asked.language ?? likelyLanguage(recognizer, asked.languages),
  );
  assertUsable(recognizer, language);
  if (file === null) throw fileMissing();
  if (file.length === 0) throw audioEmpty();
  const recording = await decodeAudio(file, {
    signal,
    ffmpeg: deps.ffmpeg,
    allowSilence: true,
  });
  deps.metrics.audio("recording", recording.duration);
  const writing = writingOf(
    { hints: asked.keywords },
    c.get("caller").writing,
  );
  const detect = asked.language === undefined;
  const how = { ...writing, language, detect, signal, prompt: asked.prompt };
  if (!asked.stream) {
    const heard = await wordsIn(deps, file, recording, how);
    return formatted({ heard, language }, asked);
  }
  return await streamed(
    recognizer,
    recording,
    { ...how, logprobs: asked.logprobs },
    (error) =>
      deps.log("error", "failed", {
        requestId: c.get("requestId"),
        code: error.code,
        operator: error.operator,
      }),
  );
}

const fileMissing = () =>
  new ApiError({
    code: "missing_required_parameter",
    status: 400,
    message: "Send the recording in the field “file”.",
    param: "file",
  });

/** The words of a recording; none where a person would be told that there are none. */
async function wordsIn(
  deps: Deps,
  file: Uint8Array,
  recording: Recording,
  how: TranscribeOptions,
): Promise<Transcription> {
  const nothing = { text: "", words: [], duration: recording.duration };
  if (recording.silent) return nothing;
  try {
    return await heardIn(deps, file, recording, how);
  } catch (error) {
    if (isWithoutWords(error)) return nothing;
    throw error;
  }
}
