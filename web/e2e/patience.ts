/**
 * Milliseconds anything may take before a test gives up on it. A busy machine is slow, and not
 * wrong: this bounds a test that hangs, and is no measure of speed.
 */
export const PATIENCE = 60_000;

/**
 * Asks again and again until there is an answer.
 * @throws Error saying what did not come
 */
export async function eventually<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  problem: () => string | Promise<string>,
): Promise<T> {
  const giveUp = AbortSignal.timeout(PATIENCE);
  while (!giveUp.aborted) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(await problem());
}
