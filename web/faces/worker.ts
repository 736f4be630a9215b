/** The thread that looks at photos, so that a check never holds up the server. */
import { describePhoto } from "./describe.ts";
import { FaceError } from "./face-error.ts";
import type { WorkerAnswer, WorkerRequest } from "./messages.ts";
import { flawOfFrame } from "./frame.ts";
import { loadModels } from "./models.ts";

const models = loadModels();
// Every photo reports it; unhandled, it would end the thread before one could.
models.catch(() => {});

self.addEventListener(
  "message",
  async (event: MessageEvent<WorkerRequest>) => {
    self.postMessage(await answer(event.data));
  },
);

async function answer({ jpeg, purpose }: WorkerRequest): Promise<WorkerAnswer> {
  try {
    if (purpose === "frame") {
      return { flaw: await flawOfFrame(await models, jpeg) };
    }
    return { description: await describePhoto(await models, jpeg, purpose) };
  } catch (error) {
    if (error instanceof FaceError) return { refusal: error.code };
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}
