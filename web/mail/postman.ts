import { log } from "../log.ts";
import type { Services } from "../services.ts";
import { deliverDue } from "./deliver.ts";

const ROUND_MS = 60_000;

/** Goes through the queue from time to time. */
export interface Postman extends AsyncDisposable {
  /** Goes now, unless it is on its way or went half a minute ago or less; returns at once. */
  nudge(): void;
}

/**
 * Sends what waits in the queue, every minute while this process lives and, where processes sleep
 * between requests, whenever a request wakes it and calls `nudge`. Any number of them may go
 * through one queue. Does not keep the process alive.
 */
export function startPostman(
  s: Pick<Services, "kv" | "mailer">,
  roundMs = ROUND_MS,
): Postman {
  let round: Promise<void> | null = null;
  let wentAt = -Infinity;
  const go = () => {
    const restedMs = performance.now() - wentAt;
    if (round !== null || restedMs < roundMs / 2) return;
    wentAt = performance.now();
    round = deliverDue(s)
      .catch((error) => log("error", "mail-queue-failed", { error }))
      .finally(() => round = null);
  };
  const timer = setInterval(go, roundMs);
  Deno.unrefTimer(timer);
  go();
  return {
    nudge: go,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await round;
    },
  };
}
