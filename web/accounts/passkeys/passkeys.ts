/** The passkeys of an account: added, named, used, removed. */
import type { Config } from "../../config.ts";
import { cleanName } from "../../clean-name.ts";
import { tellOfFactor } from "../factor-changes.ts";
import { invalid, LONGEST_NAME } from "../fields.ts";
import { sha256 } from "../secrets.ts";
import { nextGeneration } from "../sessions.ts";
import {
  type AccountRecord,
  changeAccount,
  keys,
  type PasskeyRecord,
  type Store,
} from "../store.ts";
import {
  noPasskey,
  passkeyRefused,
  passkeysOff,
  tooManyPasskeys,
} from "./errors.ts";

/** Passkeys of one account. */
const MOST_PASSKEYS = 10;
/** Characters of a passkey's name. */
export const LONGEST_PASSKEY_NAME = LONGEST_NAME;

/** Those that can be used at a host. */
export const passkeysAt = (
  { passkeys = [] }: AccountRecord,
  rpId: string | undefined,
): PasskeyRecord[] => passkeys.filter((one) => one.rpId === rpId);

/** Whether passkeys can be added on this server: where a face is required they would go around it. */
export const canAdd = ({ faceSignIn }: Pick<Config, "faceSignIn">): boolean =>
  faceSignIn !== "required";

/** @throws {AppError} `passkeys-off` (403) where none can be added. */
export function requireAddable(config: Pick<Config, "faceSignIn">): void {
  if (!canAdd(config)) throw passkeysOff();
}

/** A name as it is kept; what it is called without one. */
const nameOf = (name: string): string =>
  [...cleanName(name.slice(0, 4 * LONGEST_PASSKEY_NAME))]
    .slice(0, LONGEST_PASSKEY_NAME).join("") || "Passkey";

/**
 * Adds a passkey. The person is told by e-mail: then call `deliverSoon` with `factorMailId`.
 *
 * @param onlyFirst the account was made a moment ago, and has nothing to sign in with.
 * @throws {AppError} `too-many-passkeys` (409); `passkey-refused` (401) when some account has it,
 * or where it should be the first and is not; `not-found` (404).
 */
export async function addPasskey(
  s: Store,
  accountId: string,
  passkey: Omit<PasskeyRecord, "name"> & { name: string },
  { onlyFirst = false } = {},
): Promise<void> {
  const holder = keys.passkeyAccount(await sha256(passkey.id));
  await changeAccount(s.kv, accountId, async (record, commit) => {
    const { passkeys = [] } = record;
    if (passkeys.length >= MOST_PASSKEYS) throw tooManyPasskeys();
    const isFirst = passkeys.length === 0 && !record.hasFace;
    const taken = await s.kv.get<string>(holder);
    if (taken.value !== null || (onlyFirst && !isFirst)) throw passkeyRefused();
    commit.check(taken).set(holder, accountId);
    // Whoever has just registered knows.
    if (!onlyFirst) tellOfFactor(commit, record, "passkey-added");
    const added = { ...passkey, name: nameOf(passkey.name) };
    return { ...record, passkeys: [...passkeys, added] };
  });
}

/**
 * Calls a passkey otherwise.
 *
 * @throws {AppError} `invalid` (422) with `fields.name`; `not-found` (404).
 */
export async function renamePasskey(
  s: Store,
  accountId: string,
  id: string,
  name: string,
): Promise<void> {
  if (cleanName(name.slice(0, 4 * LONGEST_PASSKEY_NAME)) === "") {
    throw invalid({ name: "Give the passkey a name." });
  }
  await changePasskey(s, accountId, id, (passkey) => ({
    ...passkey,
    name: nameOf(name),
  }));
}

/**
 * Notes that a passkey was used, and how often by its authenticator's count, which was looked at
 * before: it is looked at once more, as a copy of the passkey may have been used meanwhile.
 *
 * @throws {AppError} `not-found` (404): it was removed meanwhile; `passkey-refused` (401).
 */
export async function notePasskeyUse(
  s: Store,
  accountId: string,
  id: string,
  counter: number,
): Promise<void> {
  const lastUsedAt = Date.now();
  await changePasskey(s, accountId, id, (passkey) => {
    const isCounted = counter > 0 || passkey.counter > 0;
    if (isCounted && counter <= passkey.counter) throw passkeyRefused();
    return { ...passkey, counter, lastUsedAt };
  });
}

async function changePasskey(
  s: Store,
  accountId: string,
  id: string,
  change: (passkey: PasskeyRecord) => PasskeyRecord,
): Promise<void> {
  await changeAccount(s.kv, accountId, (record) => {
    const { passkeys = [] } = record;
    if (!passkeys.some((one) => one.id === id)) throw noPasskey();
    return {
      ...record,
      passkeys: passkeys.map((one) => one.id === id ? change(one) : one),
    };
  });
}

/**
 * Removes a passkey; whoever holds it is signed out: all sessions end but that of `keepToken`. The
 * person is told by e-mail, as by {@link addPasskey}.
 *
 * @throws {AppError} `not-found` (404).
 */
export async function removePasskey(
  s: Store,
  accountId: string,
  id: string,
  keepToken?: string,
): Promise<void> {
  const holder = keys.passkeyAccount(await sha256(id));
  await changeAccount(s.kv, accountId, async (record, commit) => {
    const { passkeys = [] } = record;
    if (!passkeys.some((one) => one.id === id)) throw noPasskey();
    commit.delete(holder);
    tellOfFactor(commit, record, "passkey-removed");
    const next = await nextGeneration(s, record, commit, keepToken);
    return { ...next, passkeys: passkeys.filter((one) => one.id !== id) };
  });
}
