/** Calls in an idle moment, or soon where a browser knows none: Safari has no such thing. */
export const whenIdle: (call: () => void) => unknown =
  globalThis.requestIdleCallback ?? setTimeout;
