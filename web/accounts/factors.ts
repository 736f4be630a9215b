/** What an account can be signed in to with, besides its password. */
import { noteEvent } from "../audit/events.ts";
import { isFaceFirst } from "./face-first.ts";
import { passkeysAt } from "./passkeys/passkeys.ts";
import { codesLeft } from "./recovery/codes.ts";
import { noteDevice } from "./session-list/new-device.ts";
import { generationOf } from "./generations.ts";
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
    code: !isFaceFirst(record),
    recovery: codesLeft(record) > 0,
  };
  const all: Factor[] = ["face", "passkey", "code", "recovery"];
  const { lastFactor } = record;
  return all.filter((factor) => held[factor])
    .sort((a, b) => Number(b === lastFactor) - Number(a === lastFactor));
}

/** A sign-in that has just led to a session. */
export interface SignInNote {
  accountId: string;
  /** The account's when the password was compared, or the passkey shown. */
  generation: number;
  /** What ended it. */
  factor: Factor;
  /** The session's. */
  token: string;
  /** It was the end of signing up. */
  isSignUp?: boolean;
}

/**
 * Notes a sign-in, of which there are no others than those noted here. What proves more than the
 * mailbox does lets codes by e-mail work again after a reset; one since `generation` stays as it is. Of
 * a device that is not known the person is told by e-mail.
 */
export async function noteSignIn(
  s: Store,
  { accountId, generation, factor, token, isSignUp }: SignInNote,
): Promise<void> {
  await changeAccount(s.kv, accountId, (record, commit) => {
    noteEvent(commit, `signed-in-${factor}`, accountId);
    const lastFactor = factor === "recovery" ? record.lastFactor : factor;
    const { faceFirst, ...rest } = { ...record, lastFactor };
    const isLifted = factor !== "code" && generationOf(record) === generation;
    return isLifted || faceFirst === undefined ? rest : { ...rest, faceFirst };
  });
  await noteDevice(s, accountId, token, isSignUp);
}
