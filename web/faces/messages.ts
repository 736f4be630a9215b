import type { Description } from "./describe.ts";
import type { FaceErrorCode } from "./face-error.ts";
import type { Purpose } from "./limits.ts";

/** To the worker: one photo at a time; the next when this one is answered. */
export interface WorkerRequest {
  jpeg: Uint8Array;
  /** "frame": it is no photo, and only looked at for how somebody stands (frame.ts). */
  purpose: Purpose | "frame";
}

/** From the worker. `refusal`: the photo cannot be used; `failure`: the engine is out of order. */
export type WorkerAnswer =
  | { description: Description }
  | { flaw: FaceErrorCode | null }
  | { refusal: FaceErrorCode }
  | { failure: string };
