import { ConfigError } from "../realtime/common/config-error.ts";
import { type Config, readConfig } from "../web/config.ts";
import { addresses } from "./services.ts";

/** Says why a task does nothing, and ends it. */
export function fail(sentence: string): never {
  console.error(sentence);
  Deno.exit(1);
}

/** The configuration `task start` would give to web; ends the task where that is malformed. */
export function webConfig(): Config {
  try {
    const env = Deno.env.toObject();
    return readConfig({ ...env, DATA_DIR: addresses(env).DATA_DIR });
  } catch (error) {
    if (error instanceof ConfigError) fail(error.message);
    throw error;
  }
}
