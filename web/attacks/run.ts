/** Tries attacks one after the other, and says what came of each. */
import { type Attack, type Outcome, succeeded } from "./attack.ts";
import type { World } from "./world.ts";

/** Milliseconds one attack may take: what hangs has stalled something. */
const MOST_MS = 120_000;

export interface Tried {
  attack: Attack;
  outcome: Outcome;
}

/** Tries one; whatever it throws, or that it does not end, counts as a success of the attacker. */
export async function tryOne(attack: Attack, world: World): Promise<Outcome> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => resolve(succeeded("it did not end")), MOST_MS);
  });
  try {
    return await Promise.race([attack.run(world), late]);
  } catch (error) {
    return succeeded(`it could not be judged: ${error}`);
  } finally {
    clearTimeout(timer);
  }
}

/** Tries all of them; `say` takes a line about each. */
export async function tryAll(
  attacks: Attack[],
  world: World,
  say: (line: string) => void,
): Promise<Tried[]> {
  const tried: Tried[] = [];
  for (const attack of attacks) {
    const outcome = await tryOne(attack, world);
    tried.push({ attack, outcome });
    say(
      outcome.held
        ? `held       ${attack.name}`
        : `SUCCEEDED  ${attack.name}: ${outcome.detail}`,
    );
  }
  return tried;
}

/** `attacks: N tried, N succeeded` */
export function closingLine(tried: Tried[]): string {
  const succeeded = tried.filter(({ outcome }) => !outcome.held).length;
  return `attacks: ${tried.length} tried, ${succeeded} succeeded`;
}
