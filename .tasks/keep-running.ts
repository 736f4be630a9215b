/** Starts a service again when it ends by itself; the other services go on. */
import type { Running } from "./processes.ts";

/** The first wait, doubled after each start that did not last: ms. */
const FIRST = 1_000;
const LONGEST = 30_000;
/** After running this long a service counts as started: the next wait is short again. */
const STEADY = 60_000;

/** How long to wait before the next start, after this many that did not last. */
export const pauseAfter = (failures: number): number =>
  Math.min(LONGEST, FIRST * 2 ** (failures - 1));

export interface KeepOptions {
  /** Starts the service once more. */
  start(service: Running["service"]): Running;
  /** Shows a sentence to the person who started the services. */
  tell(sentence: string): void;
  pause?(failures: number): number;
}

/** Why a process ended, as the rest of a sentence. */
const reasonOf = ({ code, signal }: Deno.CommandStatus): string =>
  signal ? `was ended by ${signal}` : `ended with code ${code}`;

/** Starts a service again whenever it ends, until it is stopped. */
export function keepRunning(
  first: Running,
  { start, tell, pause = pauseAfter }: KeepOptions,
): { stop(): Promise<void> } {
  let current = first;
  let stopping = false;
  let wake = () => {};
  const { name } = first.service;

  async function keep(): Promise<void> {
    for (let failures = 1;; failures += 1) {
      const since = Date.now();
      const status = await current.status;
      if (stopping) return;
      if (Date.now() - since > STEADY) failures = 1;
      const ms = pause(failures);
      tell(
        `${name} ${reasonOf(status)}. It starts again in ${
          Math.ceil(ms / 1_000)
        } s; the other services go on.`,
      );
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      if (stopping) return;
      current = start(first.service);
    }
  }

  const keeping = keep();
  return {
    async stop() {
      stopping = true;
      wake();
      await current.stop();
      await keeping;
    },
  };
}
