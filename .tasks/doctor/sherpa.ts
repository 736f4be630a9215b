import { readConfig } from "../../transcriber/config/config.ts";
import { Sherpa } from "../../transcriber/recognizers/sherpa/sherpa.ts";
import { findModel } from "../../transcriber/recognizers/sherpa/model.ts";
import {
  type Env,
  type Finding,
  ok,
  reasonOf,
  text,
  wrong,
} from "./finding.ts";

const NAME = "SHERPA_MODEL_DIR";
/** A model of some hundred megabytes, from a slow disk. */
const TIMEOUT = 60_000;

/** Loads the model as the transcriber would, in a child, and has it hear half a second of silence. */
export async function checkSherpa(env: Env): Promise<Finding[]> {
  if (text(env, NAME) === undefined) return [];
  const model = modelOf(env);
  if (model === undefined) return []; // told with the variables
  const found = findModel(model.modelDir);
  if (typeof found === "string") return [wrong(NAME, found)];
  let end = "";
  const recognizer = new Sherpa({
    ...model,
    log: (_level, event, fields) => {
      if (event !== "sherpa-ended" || end) return;
      end = `it ended with ${fields?.how}` +
        (fields?.said ? ` and said “${fields.said}”` : "");
    },
  });
  try {
    await recognizer.transcribe(new Int16Array(8_000), {
      language: model.languages[0],
      signal: AbortSignal.timeout(TIMEOUT),
    });
    return [ok(NAME, "The model loads and listens.")];
  } catch (error) {
    return [wrong(
      NAME,
      `${NAME}: sherpa-onnx cannot use the model in ${model.modelDir} (${
        end || reasonOf(error)
      }). Download it again, or choose another.`,
    )];
  } finally {
    await recognizer.close();
  }
}

function modelOf({ SHERPA_MODEL_DIR, SHERPA_LANGUAGES }: Env) {
  // Mistakes elsewhere must not hide those of the model.
  try {
    return readConfig({ SHERPA_MODEL_DIR, SHERPA_LANGUAGES }).sherpa;
  } catch (error) {
    if (error instanceof Error && error.name === "ConfigError") {
      return undefined;
    }
    throw error;
  }
}
