import type { Config } from "../config/config.ts";
import { createEngines } from "../engines.ts";
import { TranscriptionApi } from "../recognizers/api/api.ts";
import { PocketSphinx } from "../recognizers/pocketsphinx/pocketsphinx.ts";
import type { Recognizer } from "../recognizers/recognizer.ts";
import { Sherpa } from "../recognizers/sherpa/sherpa.ts";

const quiet = () => {};

/** Every engine that is set up, not only the one that would be used. */
export function configuredEngines(config: Config): Recognizer[] {
  const engines: Recognizer[] = [new PocketSphinx()];
  if (config.sherpa) engines.push(new Sherpa({ ...config.sherpa, log: quiet }));
  if (config.api) engines.push(new TranscriptionApi(config.api));
  if (config.google) {
    const alone = { ...config, sherpa: undefined, api: undefined };
    engines.push(createEngines(alone, quiet).recognizer);
  }
  return engines;
}

/** Waits until an engine has loaded. @returns why it cannot be used, or null */
export async function notReady(engine: Recognizer): Promise<string | null> {
  for (let tries = 0; tries < 600; tries++) {
    const status = engine.status();
    if (status.state === "ready") return null;
    if (!/still loading/.test(status.reason)) return status.reason;
    await new Promise((go) => setTimeout(go, 100));
  }
  return "It did not load in a minute.";
}
