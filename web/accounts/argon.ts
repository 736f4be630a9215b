/** One hash of a password: 20 MB and a tenth of a second. */
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

/** An argon2id hash (RFC 9106) as a PHC string, made in this thread. */
export const argonOf = (question: Question): Promise<string> =>
  argon2id({ ...question, outputType: "encoded" });
