import { Lines } from "../../accounts/lines.ts";
import { log } from "../../log.ts";
import * as errors from "../errors.ts";
import type { Remade } from "./remake.ts";
import type { Answer, Question } from "./worker.ts";

/** Milliseconds one picture may take; of 25 million pixels one takes about 15 s. */
const PATIENCE_MS = 60_000;
/** Milliseconds without a picture after which the thread, and its memory, is given back. */
const IDLE_MS = 30_000;
/** Pixels of a picture after which that is done at once: the memory of a codec never shrinks. */
const LARGE = 4_000_000;

/** One picture of a person is made anew at a time, so that nobody waits for all of another's. */
const lines = new Lines({ inside: 1, waiting: 4 });

let worker: Worker | undefined;
let idle: ReturnType<typeof setTimeout> | undefined;
let last: Promise<unknown> = Promise.resolve();

/**
 * Makes a picture anew in a thread of its own, one after the other: each takes a few times its
 * pixels of memory.
 *
 * @param owner the id of whoever sends it.
 * @param patience tests shorten it.
 * @throws {AppError} `picture-broken`, `picture-too-large`, `picture-too-slow` (422);
 * `too-many-uploads` (429) when five more of the person wait; `files-unavailable` (503).
 */
export function remakePicture(
  owner: string,
  question: Question,
  patience = PATIENCE_MS,
): Promise<Omit<Remade, "decoded">> {
  return lines.inLine(owner, () => {
    const turn = last.then(() => ask(question, patience));
    last = turn.catch(() => {
      // Whoever asked is told; the next one goes on.
    });
    return turn;
  }, errors.uploadsBusy);
}

async function ask(question: Question, patience: number) {
  clearTimeout(idle);
  const { promise, resolve } = Promise.withResolvers<Answer | "late">();
  worker ??= new Worker(new URL("./worker.ts", import.meta.url), {
    type: "module",
  });
  const fail = (failure: string) => resolve({ failure });
  const timer = setTimeout(() => resolve("late"), patience);
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    fail(event.message);
  };
  worker.postMessage(question);
  const answer = await promise;
  clearTimeout(timer);
  if (answer !== "late" && "remade" in answer) {
    const { decoded = 0, ...remade } = answer.remade;
    if (decoded > LARGE) endPictures();
    else {
      idle = setTimeout(endPictures, IDLE_MS);
      Deno.unrefTimer(idle);
    }
    return remade;
  }
  // After a failure the next picture takes a new decoder.
  endPictures();
  // It would take as long again: nobody is to send it once more.
  if (answer === "late") throw errors.pictureTooSlow();
  if ("failure" in answer) {
    log("error", "picture-worker-failed", { reason: answer.failure });
    throw errors.filesUnavailable();
  }
  throw answer.problem === "large"
    ? errors.pictureTooLarge()
    : errors.pictureBroken();
}

/** Ends the thread, if there is one. */
export function endPictures(): void {
  clearTimeout(idle);
  worker?.terminate();
  worker = undefined;
}
