/**
 * `deno task eval:speech DIR`: how well each engine that is set up hears the recordings in DIR, whose
 * references stand beside them (`readReferences`). Prints a table: words that are wrong, missing or
 * too many of a hundred that were said; seconds it takes for a second of audio; and milliseconds
 * from the first sound to the first word, for the first ten, as they are spoken. Nothing is written.
 * `--language TAG` names another language than en-US.
 */
import { parseArgs } from "node:util";
import { chosenVariables } from "../../.tasks/speech-model/chosen.ts";
import { ConfigError } from "../../realtime/common/config-error.ts";
import { readConfig } from "../config/config.ts";
import { configuredEngines, notReady } from "./engines.ts";
import { measure, type Measured } from "./measuring.ts";
import { readReferences } from "./recordings.ts";
import { tableOf } from "./table.ts";

const { values: { language }, positionals: [folder] } = parseArgs({
  args: Deno.args,
  options: { language: { type: "string", default: "en-US" } },
  allowPositionals: true,
});
if (!folder) {
  console.error("Say where the recordings are: deno task eval:speech DIR");
  Deno.exit(2);
}
const references = await readReferences(folder);
if (references.length === 0) {
  console.error(
    "There is no recording with its text in this folder. Put name.txt beside name.wav.",
  );
  Deno.exit(2);
}

function configured() {
  try {
    const env = Deno.env.toObject();
    return configuredEngines(readConfig({ ...env, ...chosenVariables(env) }));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    Deno.exit(2);
  }
}

const measured: Measured[] = [];
for (const engine of configured()) {
  const why = await notReady(engine);
  if (why !== null) console.error(`${engine.name} is left out. ${why}`);
  else measured.push(await measure(engine, references, language));
  await engine.close();
}
if (measured.length > 0) console.log(tableOf(measured));
Deno.exit(measured.length > 0 ? 0 : 1);
