import { SENTENCES } from "../recognizers/contract.ts";
import {
  Google,
  type GoogleOptions,
  type Staging,
} from "../recognizers/google/google.ts";
import { GoogleSpeech } from "./google-speech.ts";

/** A bucket the stand-in reads from; `left` tells what was not removed. */
export function memoryStaging(objects: Map<string, Uint8Array>): Staging {
  return {
    stage(bytes) {
      const uri = `gs://bucket/${objects.size}`;
      objects.set(uri, bytes);
      const remove = () => Promise.resolve(void objects.delete(uri));
      return Promise.resolve({ uri, remove });
    },
  };
}

export async function withGoogle(
  use: (engine: Google, standin: GoogleSpeech) => Promise<void>,
  options: Partial<GoogleOptions> = {},
): Promise<void> {
  await using standin = await GoogleSpeech.start(SENTENCES);
  const engine = new Google({
    access: { project: "chat", standin: standin.address },
    staging: memoryStaging(standin.objects),
    ...options,
  });
  try {
    await use(engine, standin);
  } finally {
    await engine.close();
  }
}
