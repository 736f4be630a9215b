import { log } from "./log.ts";

const ROUND_MS = 60_000;

/** Goes through a queue in KV from time to time. */
export interface Rounds extends AsyncDisposable {
  /** Goes now, unless it is on its way or went half a minute ago or less; returns at once. */
  nudge(): void;
}

/**
 * Does what waits in a queue, every minute while this process lives and, where processes sleep
 * between requests, whenever a request wakes it and calls `nudge`. Any number of them may go
 * through one queue. Does not keep the process alive.
 *
 * @param failed what the operator's log calls a round that failed.
 */
export function startRounds(
  work: () => Promise<unknown>,
  failed: string,
  roundMs = ROUND_MS,
): Rounds {
  let round: Promise<unknown> | null = null;
  let wentAt = -Infinity;
  const go = () => {
    const restedMs = performance.now() - wentAt;
    if (round !== null || restedMs < roundMs / 2) return;
    wentAt = performance.now();
    round = work()
      .catch((error) => log("error", failed, { error }))
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
