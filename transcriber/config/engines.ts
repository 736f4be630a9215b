import { ConfigError } from "../../realtime/common/config-error.ts";
import type { Environment } from "./environment.ts";
import type { ApiServer } from "../recognizers/api/request.ts";

/** A sherpa-onnx model on this machine, and what it understands. */
export interface SherpaConfig {
  modelDir: string;
  languages: string[];
}

/** The model a server is asked for that has only one, or takes OpenAI's name for its own. */
const USUAL_MODEL = "whisper-1";

/**
 * The server to recognise with, as TRANSCRIBE_API_URL, _KEY and _MODEL name it.
 * @throws {ConfigError} naming the first malformed variable
 */
export function readTranscribeApi(env: Environment): ApiServer | undefined {
  const { TRANSCRIBE_API_URL, TRANSCRIBE_API_KEY, TRANSCRIBE_API_MODEL } = env;
  if (!TRANSCRIBE_API_URL) {
    if (!TRANSCRIBE_API_KEY && !TRANSCRIBE_API_MODEL) return undefined;
    throw new ConfigError(
      "TRANSCRIBE_API_URL is not set, but TRANSCRIBE_API_KEY or TRANSCRIBE_API_MODEL is. Set the address of the server, too.",
    );
  }
  if (!isAddress(TRANSCRIBE_API_URL)) {
    throw new ConfigError(
      "TRANSCRIBE_API_URL must be the http or https address of a server, for example http://localhost:8000/v1, without a name, a password or a question mark.",
    );
  }
  if (TRANSCRIBE_API_KEY && !/^[\x21-\x7e]+$/.test(TRANSCRIBE_API_KEY)) {
    throw new ConfigError(
      "TRANSCRIBE_API_KEY must be the key of the server, without spaces.",
    );
  }
  return {
    url: TRANSCRIBE_API_URL,
    key: TRANSCRIBE_API_KEY,
    model: TRANSCRIBE_API_MODEL ?? USUAL_MODEL,
  };
}

function isAddress(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && /^https?:$/.test(url.protocol) &&
    url.username === "" && url.password === "" && url.search === "" &&
    url.hash === "";
}

/**
 * The model on this machine, as SHERPA_MODEL_DIR and SHERPA_LANGUAGES name it.
 * @throws {ConfigError} naming the first malformed variable
 */
export function readSherpa(env: Environment): SherpaConfig | undefined {
  const { SHERPA_MODEL_DIR: modelDir, SHERPA_LANGUAGES } = env;
  if (!modelDir) {
    if (!SHERPA_LANGUAGES) return undefined;
    throw new ConfigError(
      "SHERPA_LANGUAGES is set, but SHERPA_MODEL_DIR is not. Set both, or neither.",
    );
  }
  const languages = listOf(SHERPA_LANGUAGES || "en-US");
  if (!languages.every((tag) => /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(tag))) {
    throw new ConfigError(
      "SHERPA_LANGUAGES must be the comma-separated languages of the model, for example en-US.",
    );
  }
  return { modelDir, languages };
}

/** What stands between the commas of a variable. */
export const listOf = (value: string | undefined): string[] =>
  (value ?? "").split(",").map((item) => item.trim())
    .filter((item) => item !== "");
