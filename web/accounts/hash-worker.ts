/** The thread that hashes passwords. */
import { argonOf, type Question } from "./argon.ts";

export type Answer = { hash: string } | { failure: string };

async function answer(question: Question): Promise<Answer> {
  try {
    return { hash: await argonOf(question) };
  } catch (error) {
    return { failure: String(error) };
  }
}

self.addEventListener("message", async (event: MessageEvent<Question>) => {
  self.postMessage(await answer(event.data));
});
