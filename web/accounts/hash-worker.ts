/** The thread that hashes passwords: each takes 20 MB and a tenth of a second. */
import { argon2id } from "hash-wasm";

/** What a hash is made of; `memorySize` in KiB. */
export interface Question {
  password: string;
  salt: Uint8Array;
  memorySize: number;
  iterations: number;
  parallelism: number;
  hashLength: number;
}
export type Answer = { hash: string } | { failure: string };

async function answer(question: Question): Promise<Answer> {
  try {
    return { hash: await argon2id({ ...question, outputType: "encoded" }) };
  } catch (error) {
    return { failure: String(error) };
  }
}

self.addEventListener("message", async (event: MessageEvent<Question>) => {
  self.postMessage(await answer(event.data));
});
