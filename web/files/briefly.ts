/** Milliseconds for what is cleared away after a failure, until it goes on by itself. */
const BRIEFLY_MS = 2_000;

/**
 * Waits for work, but not for long: somebody waits to be told that something failed, and a store that
 * was silent then is silent now. It must not reject.
 */
export async function briefly(work: Promise<void>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, BRIEFLY_MS);
  await Promise.race([work, late]);
  clearTimeout(timer);
}
