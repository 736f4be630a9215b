/**
 * An account is of the next generation whenever all its sessions end: its password is changed, say,
 * or its person signs out everywhere. Sessions, pending logins and links of an earlier one are void.
 */

/** What is of a generation, as KV has it. */
export interface Generational {
  generation?: number;
  /**
   * The generation under the name that versions before December 2026 gave it. Of accounts it is
   * written, too: to such a version, during an update or after going back, sessions made since are
   * void. Without it, it would take those for valid that were ended since.
   */
  epoch?: number;
}

/** The generation; during an update a version before may have raised the one under its own name. */
export const generationOf = (
  { generation = 0, epoch = 0 }: Generational,
): number => Math.max(generation, epoch);

/** The part of an account's record that says its generation. */
export const ofGeneration = (generation: number): Required<Generational> => ({
  generation,
  epoch: generation,
});

/** Whether something, if it is there at all, is of the present generation of its account. */
export const isOfPresent = (
  of: Generational,
  account: Generational | null | undefined,
): boolean => !!account && generationOf(of) === generationOf(account);
