/** The thread that makes pictures anew, so that a large one never holds up the server. */
import { PictureError } from "./picture-error.ts";
import { portraitOf, type Remade, remake } from "./remake.ts";

/** What it is asked, and what it answers. */
export interface Question {
  type: string;
  bytes: Uint8Array;
  /** Only a small square from its middle is wanted. */
  portrait?: boolean;
}
export type Answer =
  | { remade: Remade }
  | { problem: PictureError["problem"] }
  | { failure: string };

async function answer(
  { type, bytes, portrait }: Question,
): Promise<Answer> {
  try {
    const make = portrait ? portraitOf : remake;
    return { remade: await make(type, bytes) };
  } catch (error) {
    if (error instanceof PictureError) return { problem: error.problem };
    return { failure: String(error) };
  }
}

self.addEventListener("message", async (event: MessageEvent<Question>) => {
  self.postMessage(await answer(event.data));
});
