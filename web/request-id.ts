import { AsyncLocalStorage } from "node:async_hooks";

const current = new AsyncLocalStorage<string>();

/** Does some work, and everything that follows from it, in the name of a request. */
export const inRequest = <T>(requestId: string, work: () => T): T =>
  current.run(requestId, work);

/** The id of the request this code runs for; undefined in timers and at the start. */
export const currentRequestId = (): string | undefined => current.getStore();

/** Shorter than what the log takes for a secret. */
const PASSED_ON = /^[\w-]{8,39}$/;

/** The id of a request: what a proxy of our own already calls it, or a new one. */
export function requestIdOf(headers: Headers, byProxy: boolean): string {
  const given = headers.get("x-request-id");
  return byProxy && given && PASSED_ON.test(given)
    ? given
    : crypto.randomUUID();
}
