import { noteEvent } from "../audit/events.ts";
import { AppError } from "../errors.ts";
import { madeFrom } from "../made-from.ts";
import { currentVisitor } from "./session-list/visitor.ts";
import { generationOf, isOfPresent, ofGeneration } from "./generations.ts";
import { isToken, randomToken, sha256 } from "./secrets.ts";
import {
  type AccountRecord,
  changeAccount,
  isOver,
  keys,
  noAccount,
  readRecord,
  type SessionRecord,
  type Store,
  toAccount,
} from "./store.ts";
import type { Account } from "./types.ts";

/** How long a session lasts. */
export const SESSION_MS = 30 * 24 * 60 * 60 * 1000;

/** What the browser is given; `expiresAt` in milliseconds since the Unix epoch. */
export interface IssuedToken {
  token: string;
  expiresAt: number;
}

/** A session for an account of some generation: void at once if that has passed. */
export async function issueSession(
  s: Store,
  accountId: string,
  generation: number,
): Promise<IssuedToken> {
  const token = randomToken();
  const createdAt = Date.now();
  const expiresAt = createdAt + SESSION_MS;
  const visitor = currentVisitor();
  const session: SessionRecord = {
    accountId,
    generation,
    createdAt,
    expiresAt,
    sid: await sidOf(token),
    software: visitor?.software,
    network: visitor?.network,
    lastUsedAt: createdAt,
    origin: await visitor?.origin?.(),
  };
  const hash = await sha256(token);
  const expireIn = SESSION_MS;
  await s.kv.atomic().set(keys.session(hash), session, { expireIn })
    .set(keys.sessionOf(accountId, hash), true, { expireIn }).commit();
  return { token, expiresAt };
}

/**
 * Signs an account in. Call it only after both steps passed: the password, and the face or the
 * code by e-mail. KV keeps a hash of the token, never the token.
 *
 * @throws {AppError} `not-found` (404) when there is no such account.
 */
export async function createSession(
  s: Store,
  accountId: string,
): Promise<IssuedToken> {
  const record = await readRecord(s.kv, accountId);
  if (record === null) throw noAccount();
  return await issueSession(s, accountId, generationOf(record));
}

/** Sessions whose account is remembered: some 150 bytes each. */
const MOST_OWNERS = 10_000;
/** By the hashes of their tokens. A session is never another account's, so it is no more than where to look. */
const owners = new Map<string, string>();

/** A session and an account as they are now: in one reading where it is known whose the session is. */
async function readBoth(
  s: Store,
  hash: string,
): Promise<[SessionRecord | null, AccountRecord | null]> {
  const owner = owners.get(hash);
  if (owner !== undefined) {
    const [{ value: session }, { value: account }] = await s.kv.getMany<
      [SessionRecord, AccountRecord]
    >([keys.session(hash), keys.account(owner)]);
    if (session === null || session.accountId === owner) {
      return [session, account];
    }
  }
  const { value: session } = await s.kv.get<SessionRecord>(keys.session(hash));
  if (session === null) return [null, null];
  const account = await readRecord(s.kv, session.accountId);
  owners.set(hash, session.accountId);
  const [oldest] = owners.keys();
  if (owners.size > MOST_OWNERS) owners.delete(oldest);
  return [session, account];
}

/**
 * The session of a token, with its account; null when it ended, expired or never was. Nothing of it
 * is remembered: whatever ended it, or changed the account, shows at once, on whichever instance.
 */
export async function readSession(
  s: Store,
  token: string,
): Promise<{ session: SessionRecord; account: Account } | null> {
  if (!isToken(token)) return null;
  const [session, record] = await readBoth(s, await sha256(token));
  if (session === null || session.expiresAt <= Date.now()) return null;
  if (!record || !isOfPresent(session, record) || isOver(record)) return null;
  const { unconfirmedUntil = Infinity } = record;
  madeFrom()?.until(Math.min(session.expiresAt, unconfirmedUntil));
  return { session, account: toAccount(record) };
}

/** {@link readSession}, as far as it is anybody's to know. */
export async function findSession(
  s: Store,
  token: string,
): Promise<{ accountId: string; expiresAt: number; account: Account } | null> {
  const found = await readSession(s, token);
  if (found === null) return null;
  const { session: { accountId, expiresAt }, account } = found;
  return { accountId, expiresAt, account };
}

/**
 * The name of a token's session for other services, in their tokens' claim `sid`: 32 characters
 * that tell nothing of the token and are no key in KV.
 */
export async function sidOf(token: string): Promise<string> {
  return (await sha256(`sid of ${token}`)).slice(0, 32);
}

/** Signs out. Ending a session that is none is no error. */
export async function endSession(s: Store, token: string): Promise<void> {
  if (!isToken(token)) return;
  const hash = await sha256(token);
  const { key, value } = await s.kv.get<SessionRecord>(keys.session(hash));
  const commit = s.kv.atomic().delete(key);
  if (value) commit.delete(keys.sessionOf(value.accountId, hash));
  await commit.commit();
}

const signedOutMeanwhile = (): AppError =>
  new AppError({
    code: "not-signed-in",
    status: 401,
    message:
      "You were signed out in the meantime, so nothing was changed. Sign in and try again.",
  });

/**
 * The record in its next generation, which ends all sessions and pending logins of the account with
 * the commit; `keepToken`, the session in which this was asked for, is carried over.
 *
 * @throws {AppError} `not-signed-in` (401) when that session has ended since: a face takes seconds
 * to enrol, and whoever was signed out in them must not change the account any more.
 */
export async function nextGeneration(
  s: Store,
  record: AccountRecord,
  commit: Deno.AtomicOperation,
  keepToken?: string,
): Promise<AccountRecord> {
  const generation = generationOf(record) + 1;
  if (keepToken !== undefined) {
    const key = keys.session(await sha256(keepToken));
    const entry = await s.kv.get<SessionRecord>(key);
    const session = entry.value;
    const expireIn = (session?.expiresAt ?? 0) - Date.now();
    const isOurs = session?.accountId === record.id &&
      isOfPresent(session, record);
    if (!isOurs || expireIn <= 0) throw signedOutMeanwhile();
    commit.check(entry).set(key, { ...session, generation }, { expireIn });
  }
  return { ...record, ...ofGeneration(generation) };
}

/** Signs an account out everywhere, except in the session of `keepToken` when it is given. */
export async function endAllSessions(
  s: Store,
  accountId: string,
  keepToken?: string,
): Promise<void> {
  await changeAccount(
    s.kv,
    accountId,
    (record, commit) => {
      noteEvent(commit, "signed-out-everywhere", accountId);
      return nextGeneration(s, record, commit, keepToken);
    },
  );
}
