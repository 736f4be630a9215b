/** Ending the process without cutting off anyone's answer. */
import type { Middleware } from "fresh";
import { log } from "./log.ts";
import type { State } from "./utils.ts";

/** Milliseconds answers under way have to finish; platforms wait 10 s before they kill. */
const DRAIN = 8_000;

const closing = new AbortController();
const underWay = new Set<Promise<void>>();

/** Aborted once this process was told to end: what never ends by itself must end now. */
export const shuttingDown: AbortSignal = closing.signal;

/** Remembers each request until its answer has been sent to the last byte. */
export const tracked: Middleware<State> = (ctx) => {
  const sent = ctx.info.completed.catch(() => {
    // The browser went away: nobody waits for the rest.
  });
  underWay.add(sent);
  sent.then(() => underWay.delete(sent));
  return ctx.next();
};

async function drained(): Promise<void> {
  // An answer may be asked for while another is waited for.
  while (underWay.size > 0) await Promise.all(underWay);
}

async function shutDown(code: number): Promise<void> {
  if (closing.signal.aborted) return;
  log("info", "stopping", { requests: underWay.size });
  closing.abort();
  const { promise: late, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, DRAIN);
  await Promise.race([drained(), late]);
  Deno.exit(code);
}

/**
 * Has SIGTERM and Ctrl-C end the process in good order: answers under way are finished, live
 * documents end with a sentence, and whoever asks `/readyz` meanwhile is told to look elsewhere.
 */
export function listenForSignals(): void {
  Deno.addSignalListener("SIGTERM", () => shutDown(0));
  Deno.addSignalListener("SIGINT", () => shutDown(0));
}
