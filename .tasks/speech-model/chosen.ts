import { join } from "../paths.ts";
import { addresses } from "../services.ts";

/** The model `task speech-model` switched to. */
export interface Chosen {
  name: string;
  dir: string;
  languages: string[];
}

type Env = Record<string, string | undefined>;

/** The folder of fetched models. */
export const modelsFolder = (env: Env): string =>
  join(addresses(env).DATA_DIR, "models");

const noteOf = (env: Env) => join(modelsFolder(env), "chosen.json");

/** The model that was switched to, if any; null, too, for one whose folder has gone. */
export function readChosen(env: Env): Chosen | null {
  try {
    const { name, dir, languages } = JSON.parse(
      Deno.readTextFileSync(noteOf(env)),
    );
    const valid = typeof name === "string" && typeof dir === "string" &&
      Array.isArray(languages) && Deno.statSync(dir).isDirectory;
    return valid ? { name, dir, languages } : null;
  } catch {
    // None was chosen, or the file is half written; a bad DATA_DIR is reported elsewhere.
    return null;
  }
}

/** Switches to a model, or with null back to what runs without one. */
export async function choose(env: Env, chosen: Chosen | null): Promise<void> {
  const note = noteOf(env);
  if (chosen === null) {
    await Deno.remove(note).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
    return;
  }
  await Deno.mkdir(modelsFolder(env), { recursive: true });
  await Deno.writeTextFile(`${note}.new`, `${JSON.stringify(chosen)}\n`);
  await Deno.rename(`${note}.new`, note);
}

/** What the model that was switched to means for the services; nothing where one is named. */
export function chosenVariables(env: Env): Record<string, string> {
  if (env.SHERPA_MODEL_DIR?.trim()) return {};
  const chosen = readChosen(env);
  if (chosen === null) return {};
  return {
    SHERPA_MODEL_DIR: chosen.dir,
    SHERPA_LANGUAGES: chosen.languages.join(","),
  };
}
