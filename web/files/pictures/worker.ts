/** The thread that makes pictures anew, so that a large one never holds up the server. */
import { PictureError } from "./measure.ts";
import { type Remade, remake } from "./remake.ts";

/** What it is asked, and what it answers. */
export interface Question {
  type: string;
  bytes: Uint8Array;
}
export type Answer =
  | { remade: Remade }
  | { problem: PictureError["problem"] }
  | { failure: string };

async function answer({ type, bytes }: Question): Promise<Answer> {
  try {
    return { remade: await remake(type, bytes) };
  } catch (error) {
    if (error instanceof PictureError) return { problem: error.problem };
    return { failure: String(error) };
  }
}

self.addEventListener("message", async (event: MessageEvent<Question>) => {
  self.postMessage(await answer(event.data));
});
