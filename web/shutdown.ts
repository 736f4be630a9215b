/** Ending the process without cutting off anyone's answer. */
import type { Context } from "fresh";
import { log } from "./log.ts";

/** Milliseconds answers and e-mails under way have to finish; platforms wait 10 s before they kill. */
const DRAIN = 8_000;
/** Milliseconds in which the server writes what it was handed last: a short answer is not waited for. */
const WRITTEN = 100;

const closing = new AbortController();
const underWay = new Set<Promise<unknown>>();

/** Aborted once this process was told to end: what never ends by itself must end now. */
export const shuttingDown: AbortSignal = closing.signal;

/** Has the process, when it is told to end, wait for this to come to an end, well or badly. */
export function finishFirst(work: Promise<unknown>): void {
  underWay.add(work);
  const end = () => underWay.delete(work);
  work.then(end, end);
}

/** Remembers each request until its answer has been sent to the last byte, or nobody reads it. */
export function tracked<State>(ctx: Context<State>): Promise<Response> {
  finishFirst(ctx.info.completed);
  return ctx.next();
}

async function drained(): Promise<void> {
  // An answer may be asked for while another is waited for.
  while (underWay.size > 0) await Promise.allSettled(underWay);
}

async function shutDown(code: number): Promise<void> {
  if (closing.signal.aborted) return;
  log("info", "stopping", { underWay: underWay.size });
  closing.abort();
  const { promise: late, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, DRAIN);
  await Promise.race([drained(), late]);
  await new Promise((done) => setTimeout(done, WRITTEN));
  Deno.exit(code);
}

/**
 * Has SIGTERM and Ctrl-C end the process in good order: answers and e-mails under way are
 * finished, live documents end with a sentence, and whoever asks `/readyz` meanwhile is told to look elsewhere.
 */
export function listenForSignals(): void {
  Deno.addSignalListener("SIGTERM", () => shutDown(0));
  Deno.addSignalListener("SIGINT", () => shutDown(0));
}
