import type { Attack } from "./attack.ts";
import { tryOne } from "./run.ts";
import type { World } from "./world.ts";

/** Whether an attack succeeds once its defence is taken out: else it proves nothing. */
export async function succeedsUndone(
  attack: Attack,
  world: World,
): Promise<boolean> {
  await using weakened = attack.undone(world);
  const outcome = await tryOne(attack, weakened.world);
  return !outcome.held && !outcome.detail.startsWith("it could not be judged");
}
