import { makeZip } from "client-zip";
import { PACE, type Pace } from "../../../realtime/common/body-pace.ts";
import { AppError } from "../../errors.ts";
import { log } from "../../log.ts";
import { type PartServices, partsOf } from "./parts.ts";

/** Archives this process makes at a time. */
const AT_ONCE = 2;

let making = 0;

const tooSlow = () =>
  new AppError({
    code: "too-slow",
    status: 408,
    message: "The download was too slow. Please start it again.",
  });

/**
 * Everything about a person as a ZIP archive, made while it is read: it is never held whole. It
 * breaks off when something cannot be read, so that nobody takes a part for all of it, and when it is
 * fetched more slowly than `pace`, so that nobody keeps a place that others wait for.
 *
 * @throws {AppError} `busy` (503) when as many as can be are being made.
 */
export function archiveOf(
  s: PartServices,
  accountId: string,
  pace: Pace = PACE,
): ReadableStream<Uint8Array> {
  if (making >= AT_ONCE) {
    throw new AppError({
      code: "busy",
      status: 503,
      message:
        "Others are downloading their data now. Please try again in a minute.",
      retryAfter: 60,
    });
  }
  making += 1;
  let open = true;
  const parts = partsOf(s, accountId);
  const done = () => {
    if (open) making -= 1;
    open = false;
    // What is being read is let go of; what could not be read has been told.
    parts.return(undefined).catch(() => {});
  };
  const reader = makeZip(parts).getReader();
  const patience = new Patience(pace);
  return new ReadableStream({
    async pull(controller) {
      patience.asked();
      try {
        const { done: ended, value } = await reader.read();
        // It was broken off while this was read.
        if (!open) return;
        if (value) controller.enqueue(value);
        if (ended) {
          done();
          controller.close();
          return;
        }
        patience.given(value?.length ?? 0, () => {
          done();
          controller.error(tooSlow());
          reader.cancel().catch(() => {});
        });
      } catch (error) {
        done();
        log("error", "my-data-broke-off", { error });
        controller.error(error);
      }
    },
    async cancel(reason) {
      done();
      patience.asked();
      // It closes what it reads by throwing the reason there, which comes back.
      await reader.cancel(reason).catch(() => {});
    },
  });
}

/** How long whoever fetches something may still take. What it takes to make it is not counted. */
class Patience {
  #bytes = 0;
  #waited = 0;
  #since = performance.now();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly pace: Pace) {}

  /** The next bytes are asked for. */
  asked(): void {
    clearTimeout(this.#timer);
    this.#waited += performance.now() - this.#since;
  }

  /** So many bytes are there, and wait to be fetched. */
  given(bytes: number, late: () => void): void {
    this.#bytes += bytes;
    this.#since = performance.now();
    const { graceMs, idleMs, bytesPerSecond } = this.pace;
    const due = graceMs + this.#bytes / bytesPerSecond * 1_000 - this.#waited;
    const left = Math.max(0, Math.min(idleMs, due));
    this.#timer = setTimeout(late, left);
    Deno.unrefTimer(this.#timer);
  }
}
