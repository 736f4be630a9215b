import { log } from "../../log.ts";
import { filesUnavailable, pictureBroken, pictureTooLarge } from "../errors.ts";
import type { Remade } from "./remake.ts";
import type { Answer, Question } from "./worker.ts";

/** Milliseconds one picture may take; of 25 million pixels one takes about 15 s. */
const PATIENCE_MS = 60_000;
/** Milliseconds without a picture after which the thread, and its memory, is given back. */
const IDLE_MS = 30_000;

let worker: Worker | undefined;
let idle: ReturnType<typeof setTimeout> | undefined;
let last: Promise<unknown> = Promise.resolve();

/**
 * Makes a picture anew in a thread of its own, one after the other: each takes a few times its
 * pixels of memory.
 *
 * @throws {AppError} `picture-broken`, `picture-too-large` (422); `files-unavailable` (503).
 */
export function remakePicture(
  type: string,
  bytes: Uint8Array,
  how: Pick<Question, "portrait"> = {},
): Promise<Remade> {
  const turn = last.then(() => ask({ type, bytes, ...how }));
  last = turn.catch(() => {
    // Whoever asked is told; the next one goes on.
  });
  return turn;
}

async function ask(question: Question): Promise<Remade> {
  clearTimeout(idle);
  const { promise, resolve } = Promise.withResolvers<Answer>();
  worker ??= new Worker(new URL("./worker.ts", import.meta.url), {
    type: "module",
  });
  const fail = (failure: string) => resolve({ failure });
  const timer = setTimeout(() => fail("took too long"), PATIENCE_MS);
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    fail(event.message);
  };
  worker.postMessage(question);
  const answer = await promise;
  clearTimeout(timer);
  if ("remade" in answer) {
    idle = setTimeout(endPictures, IDLE_MS);
    Deno.unrefTimer(idle);
    return answer.remade;
  }
  // After a failure the next picture takes a new decoder.
  endPictures();
  if ("failure" in answer) {
    log("error", "picture-worker-failed", { reason: answer.failure });
    throw filesUnavailable();
  }
  throw answer.problem === "large" ? pictureTooLarge() : pictureBroken();
}

/** Ends the thread, if there is one. */
export function endPictures(): void {
  clearTimeout(idle);
  worker?.terminate();
  worker = undefined;
}
