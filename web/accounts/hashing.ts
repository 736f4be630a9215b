/**
 * The main thread's side of hash-worker.ts. On the main thread each password would hold up everybody's
 * pages for as long as it takes, and a hundred at once would take 2 GB.
 */
import { AppError } from "../errors.ts";
import { log } from "../log.ts";
import type { Question } from "./argon.ts";
import type { Answer } from "./hash-worker.ts";
import { Lines } from "./lines.ts";

/** Passwords that wait at most: half a minute of work. */
export const WAITING = 300;
/** KiB that hashes took after which the thread is a new one: nobody can say when V8 frees them. */
const RENEWED_AFTER = 100_000;
/** Milliseconds without a password after which the thread, and its memory, is given back. */
const IDLE_MS = 30_000;

const lines = new Lines({ inside: 1, waiting: WAITING });

let worker: Worker | undefined;
let taken = 0;
let idle: ReturnType<typeof setTimeout> | undefined;

const full = (): AppError =>
  new AppError({
    code: "busy",
    status: 503,
    message:
      "Too many people are signing in right now. Please try again in a moment.",
    retryAfter: 5,
  });

/**
 * An argon2id hash as a PHC string. One is made at a time, in a thread of its own.
 *
 * @throws {AppError} `busy` (503) when too many wait.
 */
export const hashOf = (question: Question): Promise<string> =>
  lines.inLine("", () => ask(question), full);

async function ask(question: Question): Promise<string> {
  clearTimeout(idle);
  const { promise, resolve } = Promise.withResolvers<Answer | "no thread">();
  try {
    worker ??= new Worker(new URL("./hash-worker.ts", import.meta.url), {
      type: "module",
    });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      resolve("no thread");
    };
    worker.postMessage(question);
  } catch {
    resolve("no thread");
  }
  const answer = await promise;
  taken += question.memorySize;
  if (answer === "no thread") return await hashHere(question);
  if ("failure" in answer) {
    endHashing();
    throw new Error(answer.failure);
  }
  if (taken >= RENEWED_AFTER) endHashing();
  else {
    idle = setTimeout(endHashing, IDLE_MS);
    Deno.unrefTimer(idle);
  }
  return answer.hash;
}

/** Where a host has no threads, people can sign in all the same. */
async function hashHere(question: Question): Promise<string> {
  endHashing();
  log("warn", "hash-thread-missing");
  const { argonOf } = await import("./argon.ts");
  return await argonOf(question);
}

/** Ends the thread, if there is one. */
export function endHashing(): void {
  clearTimeout(idle);
  worker?.terminate();
  worker = undefined;
  taken = 0;
}
