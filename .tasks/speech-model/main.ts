/**
 * `deno task speech-model`: lists speech models that run on this machine. With the name of one it
 * fetches that into DATA_DIR, going on where an earlier try stopped, and `task start` uses it from
 * then on; with `none`, it goes back to what runs without one.
 */
import { findModel } from "../../transcriber/recognizers/sherpa/model.ts";
import { ConfigError } from "../../realtime/common/config-error.ts";
import { join } from "../paths.ts";
import { CATALOGUE, type Published, SPEEDS, tableOf } from "./catalogue.ts";
import { choose, modelsFolder, readChosen } from "./chosen.ts";
import { FetchError, fetchModel } from "./fetching.ts";
import { progressLine } from "./progress.ts";

const env = Deno.env.toObject();
const HOST = env.HF_ENDPOINT?.replace(/\/+$/, "") || "https://huggingface.co";

function fail(sentence: string): never {
  console.error(sentence);
  Deno.exit(1);
}

function list(): void {
  const chosen = readChosen(env)?.name;
  console.log(`${tableOf(CATALOGUE, chosen)}\n\n${SPEEDS}`);
  console.log(
    chosen
      ? "\nThe one with a star is used. For another: deno task speech-model NAME. For none: deno task speech-model none."
      : "\nTo fetch one and use it: deno task speech-model NAME. Until then English is recognised by PocketSphinx.",
  );
}

async function use(model: Published): Promise<void> {
  const dir = join(modelsFolder(env), model.name);
  const line = progressLine(Deno.stdout.isTerminal());
  await fetchModel(model, dir, { host: HOST, progress: line.tell });
  line.end();
  const found = findModel(dir, model.languages);
  if (typeof found === "string") fail(found);
  await choose(env, { name: model.name, dir, languages: model.languages });
  console.log(
    `The model ${model.name} is there and is used from the next start on.\nIts files have the sums that ${HOST} named, and nobody else did. Should that name others later, they are not taken.`,
  );
  if (env.SHERPA_MODEL_DIR) {
    console.log(
      "SHERPA_MODEL_DIR is set, and comes first. Unset it to use this model.",
    );
  }
}

try {
  const [name] = Deno.args.filter((argument) => argument !== "--");
  const model = CATALOGUE.find((one) => one.name === name);
  if (name === undefined) list();
  else if (name === "none") {
    await choose(env, null);
    console.log("No model is used from the next start on.");
  } else if (model) await use(model);
  else {
    fail(
      "There is no model of that name. deno task speech-model lists those there are.",
    );
  }
} catch (error) {
  if (error instanceof FetchError || error instanceof ConfigError) {
    fail(`\n${error.message}`);
  }
  throw error;
}
