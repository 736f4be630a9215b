import { type Config, readConfig } from "../../transcriber/config/config.ts";
import { createEngines, type Engines } from "../../transcriber/engines.ts";
import {
  type Env,
  type Finding,
  note,
  ok,
  reasonOf,
  within,
  wrong,
} from "./finding.ts";

const TIMEOUT = 20_000;

const LATE =
  "no answer in 20 s. Check the credentials, and the way from here to googleapis.com.";

const VARIABLES = [
  "GOOGLE_APPLICATION_CREDENTIALS",
  "GOOGLE_CLOUD_PROJECT",
  "GCS_BUCKET",
  "GOOGLE_SPEECH_STANDIN",
  "GOOGLE_STORAGE_STANDIN",
  "CLIP_DAYS",
  "K_SERVICE",
];

/** Speech-to-Text and the bucket of clips, by the very engines the transcriber uses. */
export async function checkGoogle(env: Env): Promise<Finding[]> {
  const config = configOf(env);
  if (config === undefined) return []; // told with the variables
  if (config.google === undefined) {
    return [note(
      "GOOGLE_APPLICATION_CREDENTIALS",
      "Unset: speech is recognised on the transcriber's own machine.",
    )];
  }
  const warnings: Finding[] = [];
  const engines = createEngines(config, (level, _event, fields) => {
    const reason = fields?.reason;
    if (level === "info" || typeof reason !== "string") return;
    warnings.push(note("GCS_BUCKET", reason));
  });
  try {
    const found = [await checkSpeech(engines), await checkClips(engines)];
    return [...found, ...warnings];
  } finally {
    await engines.recognizer.close();
  }
}

function configOf(env: Env): Config | undefined {
  // Mistakes elsewhere must not hide those of Google.
  const only = Object.fromEntries(VARIABLES.map((name) => [name, env[name]]));
  try {
    return readConfig(only);
  } catch (error) {
    if (error instanceof Error && error.name === "ConfigError") {
      return undefined;
    }
    throw error;
  }
}

/** Half a second of silence. */
async function checkSpeech({ recognizer }: Engines): Promise<Finding> {
  try {
    await recognizer.transcribe(new Int16Array(8_000), {
      language: "en-US",
      signal: AbortSignal.timeout(TIMEOUT),
    });
    return ok("Google Speech", "It answers.");
  } catch (error) {
    return failed("Google Speech", error);
  }
}

async function checkClips({ clips }: Engines): Promise<Finding> {
  const about = { owner: "doctor", contentType: "audio/wav", duration: 0 };
  try {
    const put = clips.put(new Uint8Array([0]), about);
    const { id } = await within(TIMEOUT, put);
    await within(TIMEOUT, clips.get(id));
    await within(TIMEOUT, clips.delete(id));
    return ok("GCS_BUCKET", "Clips can be put, read and deleted.");
  } catch (error) {
    return failed("GCS_BUCKET", error);
  }
}

/** The engines tell the person little and the operator what to look at. */
function failed(about: string, error: unknown): Finding {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return wrong(about, `${about}: ${LATE}`);
  }
  const report = error instanceof Error && "operator" in error &&
      typeof error.operator === "string"
    ? error.operator
    : `${reasonOf(error)}.`;
  return wrong(about, `${about}: ${report}`);
}
