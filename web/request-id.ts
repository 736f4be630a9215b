import { AsyncLocalStorage } from "node:async_hooks";

const current = new AsyncLocalStorage<string>();

/** Does some work, and everything that follows from it, in the name of a request. */
export const inRequest = <T>(requestId: string, work: () => T): T =>
  current.run(requestId, work);

/** The id of the request this code runs for; undefined in timers and at the start. */
export const currentRequestId = (): string | undefined => current.getStore();
