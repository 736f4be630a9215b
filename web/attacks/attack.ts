/** What an attack is: something somebody tries, and what came of it. */
import type { Weakness } from "./weaknesses.ts";
import type { World } from "./world.ts";

/** Whether the product held, and if not, what the attacker got. */
export type Outcome = { held: true } | { held: false; detail: string };

/** One thing somebody tries. */
export interface Attack {
  /** Unique: who tries what. */
  name: string;
  /** Tries it, against the addresses of the world and nothing else. */
  run(world: World): Promise<Outcome>;
  /**
   * How its defence is taken out, by which a test sees the attack succeed: an attack that cannot
   * succeed proves nothing.
   */
  undone: Weakness;
  /** Takes longer than `task test` has: only `task test:attacks` tries it. */
  slow?: true;
}

export const held = (): Outcome => ({ held: true });

/** @param detail what the attacker got; no secret of a person, it is printed. */
export const succeeded = (detail: string): Outcome => ({ held: false, detail });

/** Succeeded, with this detail, if the condition is so. */
export const succeededIf = (condition: boolean, detail: string): Outcome =>
  condition ? succeeded(detail) : held();

/** The first that did not hold, or else held. */
export function all(outcomes: Outcome[]): Outcome {
  return outcomes.find((outcome) => !outcome.held) ?? held();
}
