/** A stand-in for worker.ts in tests: the photo's first byte says what to do. */
import type { WorkerAnswer, WorkerRequest } from "./messages.ts";

let seen = 0;

const ACTIONS: Record<number, () => WorkerAnswer | null> = {
  1: () => ({
    description: { descriptor: new Float32Array(512), yaw: seen, nose: 0 },
  }),
  2: () => ({ refusal: "face-none" }),
  3: () => ({ failure: "told to fail" }),
  4: () => {
    throw new Error("told to crash");
  },
  5: () => null,
  6: () => ({ flaw: "face-small" }),
};

self.addEventListener("message", ({ data }: MessageEvent<WorkerRequest>) => {
  seen++;
  const answer = ACTIONS[data.jpeg[0]]();
  if (answer) self.postMessage(answer);
});
