/**
 * The accounts' part of KV. All of it, in one place:
 *
 * | key | value | expires |
 * |---|---|---|
 * | `["accounts", id]` | {@link AccountRecord} | – |
 * | `["accounts_by_email", normalised e-mail]` | account id | – |
 * | `["server_owner"]` | account id of the first person who registered, see owner.ts | – |
 * | `["confirmations", SHA-256 of the code]` | {@link ConfirmationRecord}, see confirm-address.ts | 48 hours |
 * | `["unconfirmed", account id]` | when the account ends, ms since the Unix epoch | – |
 * | `["faces", account id]` | {@link FaceRecord}: the template, never sent anywhere | – |
 * | `["face_keys", account id]` | the key of the template and the picture, see face-vault.ts | – |
 * | `["pictures_to_delete", blob key]` | {@link PictureNote}, see pictures.ts | – |
 * | `["erasures", account id]` | a note of traces to clear away, see erasures.ts | – |
 * | `["sessions", SHA-256 of the token]` | {@link SessionRecord} | 30 days |
 * | `["sessions_of", account id, SHA-256 of the token]` | true: a session, for the list of them | with it |
 * | `["sessions_listed"]` | true: sessions of earlier versions are on those lists | – |
 * | `["devices", account id, "like", hash]` | true: software and network of a sign-in before | 180 days |
 * | `["pending_logins", SHA-256 of the token]` | {@link PendingRecord} | 5 minutes |
 * | `["email_codes", account id]` | {@link EmailCodeRecord} | 10 minutes |
 * | `["address_changes", account id]` | see address/store.ts | with the last of its links |
 * | `["password_resets", SHA-256 of the code]` | {@link ResetRecord} | 30 minutes |
 * | `["dictation", account id]` | {@link DictationSettings}, see dictation/settings.ts | – |
 * | `["passkey_challenges", SHA-256 of the challenge]` | {@link ChallengeRecord} | 5 minutes |
 * | `["passkey_accounts", SHA-256 of the credential's id]` | account id: no passkey is two accounts' | – |
 * | `["turns", account id]` | "left" or "right", see liveness.ts | – |
 * | `["attempts", kind, whom]` | {@link AttemptsRecord}; `whom` is a hash where it is an e-mail | with its window |
 *
 * KV deletes expired entries some time after their end, so every reader checks `expiresAt` too.
 */
import { AppError } from "../errors.ts";
import type { Generational } from "./generations.ts";
import { relist } from "./listing.ts";
import type { Account, Factor } from "./types.ts";

/** What a domain function needs to reach KV. */
export interface Store {
  kv: Deno.Kv;
}

export interface AccountRecord extends Generational {
  id: string;
  name: string;
  email: string;
  /** The normalised e-mail: the key of the index. */
  emailKey: string;
  createdAt: number;
  /** A PHC string. */
  passwordHash: string;
  hasFace: boolean;
  /** The password was reset by e-mail, and no factor of one's own shown since: see face-first.ts. */
  faceFirst?: boolean;
  /** At most ten. */
  passkeys?: PasskeyRecord[];
  /** The codes for whoever lost the rest, as SHA-256: see recovery/codes.ts. */
  recovery?: { hashes: string[]; madeAt: number };
  /** What the person signed in with last, besides the password; never a recovery code. */
  lastFactor?: Factor;
  /**
   * When the person agreed to face matching, to which text, and when they withdrew it; undefined:
   * they were never asked.
   */
  consent?: { at: number; textVersion: string; withdrawnAt?: number };
  /** When the password was last set by a link from the mailbox. */
  resetAt?: number;
  /** When the account ends, unless its address is confirmed before: see confirm-address.ts. */
  unconfirmedUntil?: number;
}

/** A passkey: what is kept of a credential (WebAuthn Level 3 §4, "credential record"). */
export interface PasskeyRecord {
  /** In base64url, as the browser names it. */
  id: string;
  /** In COSE form. */
  publicKey: Uint8Array<ArrayBuffer>;
  /** How often it was used, where its authenticator counts; else 0. */
  counter: number;
  transports?: string[];
  /** The host it was made for. */
  rpId: string;
  /** What its person calls it. */
  name: string;
  /** Milliseconds since the Unix epoch. */
  createdAt: number;
  lastUsedAt?: number;
}

/** What {@link PasskeyRecord}s are asked to sign. */
export interface ChallengeRecord {
  purpose: "sign-in" | "second-step" | "sign-up" | "add";
  /** SHA-256 of the secret of whoever may answer it. */
  boundTo: string;
  origin: string;
  rpId: string;
  expiresAt: number;
}

export interface ConfirmationRecord {
  accountId: string;
  expiresAt: number;
}

export interface FaceRecord {
  /** Sealed, when {@link FaceRecord.sealed}. */
  template: Uint8Array;
  /** The blob key of the selfie the person enrolled with. */
  picture: string;
  enrolledAt: number;
  /** Template and picture are encrypted (face-vault.ts); earlier versions kept them as they are. */
  sealed?: true;
}

export interface PictureNote {
  at: number;
  /** Nothing refers to the picture any more, and nothing may start to. */
  dropped: boolean;
}

export interface SessionRecord extends Generational {
  accountId: string;
  createdAt: number;
  expiresAt: number;
  /** What other services call it. This and what follows, versions before did not note. */
  sid?: string;
  /** Browser and system, in words. */
  software?: string;
  /** The network it was last used from. */
  network?: string;
  lastUsedAt?: number;
  /** By which origin they came then, where APP_URL is unset: see reached.ts. */
  origin?: string;
}

export interface PendingRecord extends Generational {
  accountId: string;
  expiresAt: number;
  /** How often a face, a passkey or a recovery code may still be wrong. */
  faceAttemptsLeft: number;
  /** The account was made a moment ago: its first passkey may be added instead of shown. */
  isNew?: true;
  /** It is the end of signing up: whoever does it needs not be told of it. */
  isSignUp?: true;
}

export interface EmailCodeRecord {
  salt: string;
  hash: string;
  expiresAt: number;
  triesLeft: number;
}

export interface ResetRecord extends Generational {
  accountId: string;
  expiresAt: number;
}

export interface AttemptsRecord {
  count: number;
  /** Milliseconds since the Unix epoch: when counting starts again. */
  resetAt: number;
}

export const keys = {
  accounts: () => ["accounts"],
  owner: () => ["server_owner"],
  confirmation: (codeHash: string) => ["confirmations", codeHash],
  unconfirmed: (accountId: string) => ["unconfirmed", accountId],
  allUnconfirmed: () => ["unconfirmed"],
  account: (id: string) => ["accounts", id],
  accountByEmail: (emailKey: string) => ["accounts_by_email", emailKey],
  face: (accountId: string) => ["faces", accountId],
  faceKey: (accountId: string) => ["face_keys", accountId],
  erasure: (accountId: string) => ["erasures", accountId],
  erasures: () => ["erasures"],
  picture: (blobKey: string) => ["pictures_to_delete", blobKey],
  pictures: () => ["pictures_to_delete"],
  session: (tokenHash: string) => ["sessions", tokenHash],
  sessions: () => ["sessions"],
  sessionOf: (accountId: string, tokenHash: string) => [
    "sessions_of",
    accountId,
    tokenHash,
  ],
  sessionsOf: (accountId: string) => ["sessions_of", accountId],
  sessionsListed: () => ["sessions_listed"],
  pendingLogin: (tokenHash: string) => ["pending_logins", tokenHash],
  emailCode: (accountId: string) => ["email_codes", accountId],
  reset: (codeHash: string) => ["password_resets", codeHash],
  dictation: (accountId: string) => ["dictation", accountId],
  challenge: (hash: string) => ["passkey_challenges", hash],
  passkeyAccount: (idHash: string) => ["passkey_accounts", idHash],
  turn: (accountId: string) => ["turns", accountId],
  device: (accountId: string, hash: string) => ["devices", accountId, hash],
  deviceLike: (accountId: string, hash: string) => [
    "devices",
    accountId,
    "like",
    hash,
  ],
  devices: (accountId: string) => ["devices", accountId],
  attempts: (kind: string, whom: string) => ["attempts", kind, whom],
};

export const toAccount = (
  { id, name, email, createdAt, hasFace, unconfirmedUntil }: AccountRecord,
): Account => ({ id, name, email, createdAt, hasFace, unconfirmedUntil });

/** Whether the account's time to confirm its address is over: it ends with the next sweep. */
export const isOver = ({ unconfirmedUntil }: AccountRecord): boolean =>
  unconfirmedUntil !== undefined && unconfirmedUntil <= Date.now();

export const noAccount = (): AppError =>
  new AppError({
    code: "not-found",
    status: 404,
    message: "This account no longer exists.",
  });

const busy = (): AppError =>
  new AppError({
    code: "busy",
    status: 503,
    message: "Too many changes happened at once. Please try again.",
    retryAfter: 1,
  });

/** The record, or null. */
export async function readRecord(
  kv: Deno.Kv,
  accountId: string,
): Promise<AccountRecord | null> {
  return (await kv.get<AccountRecord>(keys.account(accountId))).value;
}

/**
 * Runs a read-check-commit step until it wins: `step` returns undefined when another writer came
 * between.
 *
 * @throws {AppError} `busy` (503) when it keeps losing.
 */
export async function untilCommitted<T>(
  step: () => Promise<T | undefined>,
): Promise<T> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const result = await step();
    if (result !== undefined) return result;
    // Random, growing waits keep writers that collided from colliding again.
    const waitMs = Math.random() * 2 ** Math.min(attempt, 7);
    await new Promise((done) => setTimeout(done, waitMs));
  }
  throw busy();
}

/**
 * Changes an account in one transaction. `change` gives the new record and adds to `commit`
 * whatever must happen together with it; it may run more than once.
 *
 * @throws {AppError} `not-found` (404) when there is no such account.
 */
export function changeAccount(
  kv: Deno.Kv,
  accountId: string,
  change: (
    record: AccountRecord,
    commit: Deno.AtomicOperation,
  ) => AccountRecord | Promise<AccountRecord>,
): Promise<AccountRecord> {
  return untilCommitted(async () => {
    const entry = await kv.get<AccountRecord>(keys.account(accountId));
    if (entry.value === null) throw noAccount();
    const commit = kv.atomic().check(entry);
    const changed = await change(entry.value, commit);
    relist(commit, entry.value, changed);
    const { ok } = await commit.set(entry.key, changed).commit();
    return ok ? changed : undefined;
  });
}
