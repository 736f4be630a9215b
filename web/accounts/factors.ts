/** What an account can be signed in to with, besides its password. */
import { codeWaits } from "./after-reset.ts";
import { passkeysAt } from "./passkeys/passkeys.ts";
import { type AccountRecord, changeAccount, type Store } from "./store.ts";
import type { Factor } from "./types.ts";

/**
 * The factors a person may use now, at the host they came by: the one of the last time first, then
 * from the strongest on.
 */
export function usableFactors(
  record: AccountRecord,
  rpId: string | undefined,
): Factor[] {
  const held: Record<Factor, boolean> = {
    face: record.hasFace,
    passkey: passkeysAt(record, rpId).length > 0,
    code: !codeWaits(record),
  };
  const all: Factor[] = ["face", "passkey", "code"];
  const { lastFactor } = record;
  return all.filter((factor) => held[factor])
    .sort((a, b) => Number(b === lastFactor) - Number(a === lastFactor));
}

/**
 * Notes what somebody has just signed in with. What proves more than the mailbox does lets codes by
 * e-mail work again after a reset; one since `epoch` stays as it is.
 */
export async function noteSignIn(
  s: Store,
  accountId: string,
  factor: Factor,
  epoch: number,
): Promise<void> {
  await changeAccount(s.kv, accountId, (record) => {
    const { faceFirst, ...rest } = { ...record, lastFactor: factor };
    const isLifted = factor !== "code" && record.epoch === epoch;
    return isLifted || faceFirst === undefined ? rest : { ...rest, faceFirst };
  });
}
