import { readConfig } from "../../transcriber/config/config.ts";
import { TranscriptionApi } from "../../transcriber/recognizers/api/api.ts";
import {
  type Env,
  type Finding,
  ok,
  reasonOf,
  text,
  wrong,
} from "./finding.ts";

const NAME = "TRANSCRIBE_API_URL";
/** A server that loads its model only when it is asked. */
const TIMEOUT = 60_000;

/** Half a second of a tone: a recording that the server must take, without words in it. */
const TONE = Int16Array.from(
  { length: 8_000 },
  (_, i) => 8_000 * Math.sin(i / 6),
);

/** Sends the server a short recording, as the transcriber would. */
export async function checkTranscribeApi(env: Env): Promise<Finding[]> {
  if (text(env, NAME) === undefined) return [];
  const server = serverOf(env);
  if (server === undefined) return []; // told with the variables
  const recognizer = new TranscriptionApi({ ...server, attempts: 1 });
  try {
    await recognizer.transcribe(TONE, {
      language: "en-US",
      signal: AbortSignal.timeout(TIMEOUT),
    });
    return [ok(NAME, "The server takes recordings.")];
  } catch (error) {
    const operator = error instanceof Error && "operator" in error
      ? String(error.operator)
      : reasonOf(error);
    return [wrong(NAME, operator)];
  } finally {
    await recognizer.close();
  }
}

function serverOf(env: Env) {
  const { TRANSCRIBE_API_URL, TRANSCRIBE_API_KEY, TRANSCRIBE_API_MODEL } = env;
  // Mistakes elsewhere must not hide those of the server.
  try {
    return readConfig({
      TRANSCRIBE_API_URL,
      TRANSCRIBE_API_KEY,
      TRANSCRIBE_API_MODEL,
    }).api;
  } catch (error) {
    if (error instanceof Error && error.name === "ConfigError") {
      return undefined;
    }
    throw error;
  }
}
