import type { Recognizer } from "../recognizers/recognizer.ts";
import { ApiError } from "../http/errors.ts";

/** Names of OpenAI's models that programs have built in. Here each of them is this server's engine. */
const THEIRS = [
  "whisper-1",
  "gpt-transcribe",
  "gpt-4o-transcribe",
  "gpt-4o-mini-transcribe",
];

/** A name with the day of its release, which changes nothing here. */
const DATED = /-\d{4}-\d{2}-\d{2}$/;

/** A model as OpenAI lists it. */
const model = (id: string) => ({
  id,
  object: "model" as const,
  created: 0, // nobody here knows when
  owned_by: "chatsphere",
});

/** The names that can be asked for: the engine's own first. */
export const listModels = ({ name }: Recognizer) => ({
  object: "list" as const,
  data: [name, ...THEIRS].map(model),
});

/** @throws {ApiError} 404 `model_not_found` */
export function findModel({ name }: Recognizer, id: string) {
  const bare = id.replace(DATED, "");
  if (bare === name || THEIRS.includes(bare)) return model(id);
  throw new ApiError({
    code: "model_not_found",
    status: 404,
    message:
      "There is no such model here. GET /v1/models lists the ones there are.",
    param: "model",
  });
}
