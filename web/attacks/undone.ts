import type { Attack } from "./attack.ts";
import { tryOne } from "./run.ts";
import type { World } from "./world.ts";

const TRIES = 4;
/** Milliseconds until whoever an attack before has made wait may write again. */
const PAUSE = 3_000;

/**
 * Whether an attack succeeds once its defence is taken out: else it proves nothing. One that could
 * not be judged is tried again: the one before may have used up a rate.
 */
export async function succeedsUndone(
  attack: Attack,
  world: World,
): Promise<boolean> {
  for (let left = TRIES; left > 0; left--) {
    await using weakened = attack.undone(world);
    const outcome = await tryOne(attack, weakened.world);
    if (outcome.held) return false;
    if (!outcome.detail.startsWith("it could not be judged")) return true;
    await new Promise((done) => setTimeout(done, PAUSE));
  }
  return false;
}
