/** The sessions of an account, for its person to see and to end. */
import { log } from "../../log.ts";
import { isToken, sha256 } from "../secrets.ts";
import { sidOf } from "../sessions.ts";
import { isOfPresent } from "../generations.ts";
import { keys, readRecord, type SessionRecord, type Store } from "../store.ts";
import { currentVisitor } from "./visitor.ts";

/** How long the last use of a session is taken for now: else each request would write. */
const TOUCH_MS = 10 * 60 * 1000;
/** The time in which networks count as at once, and from how many on it is worth a word. */
const AT_ONCE_MS = 24 * 60 * 60 * 1000;
const MANY_NETWORKS = 4;

/** A session, as its person sees it. What versions before this did not note is undefined. */
export interface ListedSession {
  /** Names it in a form; it opens nothing. */
  id: string;
  /** What other services call it; undefined until a session of an earlier version is used. */
  sid?: string;
  software?: string;
  network?: string;
  /** Milliseconds since the Unix epoch. */
  createdAt: number;
  lastUsedAt?: number;
  isThis: boolean;
}

/** Whether the use of a session is to be noted, by when it was last: see {@link touchSession}. */
export const isTouchDue = (lastUsedAt = 0): boolean =>
  Date.now() - lastUsedAt >= TOUCH_MS;

/**
 * Notes that a session is used, unless that was noted a moment ago. One that has ended meanwhile stays
 * ended.
 */
export async function touchSession(s: Store, token: string): Promise<void> {
  if (!isToken(token)) return;
  const hash = await sha256(token);
  const entry = await s.kv.get<SessionRecord>(keys.session(hash));
  const record = entry.value;
  const now = Date.now();
  const expireIn = (record?.expiresAt ?? 0) - now;
  if (record === null || expireIn <= 0) return;
  if (!isTouchDue(record.lastUsedAt)) return;
  const visitor = currentVisitor();
  const used: SessionRecord = {
    ...record,
    sid: await sidOf(token),
    software: visitor?.software ?? record.software,
    network: visitor?.network ?? record.network,
    lastUsedAt: now,
    origin: await visitor?.origin?.() ?? record.origin,
  };
  await s.kv.atomic().check(entry)
    .set(entry.key, used, { expireIn })
    .set(keys.sessionOf(record.accountId, hash), true, { expireIn })
    .commit();
}

/** The sessions of an account that work, by the hash of their tokens. */
export async function liveSessions(
  s: Store,
  accountId: string,
): Promise<{ hash: string; record: SessionRecord }[]> {
  const prefix = keys.sessionsOf(accountId);
  const listed = await Array.fromAsync(s.kv.list({ prefix }));
  const account = await readRecord(s.kv, accountId);
  const found = await Promise.all(listed.map(async ({ key }) => {
    const hash = String(key.at(-1));
    const { value } = await s.kv.get<SessionRecord>(keys.session(hash));
    return { hash, record: value };
  }));
  return found.filter((one): one is { hash: string; record: SessionRecord } =>
    one.record !== null && one.record.expiresAt > Date.now() &&
    isOfPresent(one.record, account)
  );
}

/** By which origin somebody came last, of the sessions that work; undefined where none says. */
export async function lastOriginOf(
  s: Store,
  accountId: string,
): Promise<string | undefined> {
  const sessions = await liveSessions(s, accountId);
  return sessions.map(({ record }) => record)
    .filter(({ origin }) => origin !== undefined)
    .sort((a, b) => (b.lastUsedAt ?? 0) - (a.lastUsedAt ?? 0))[0]?.origin;
}

/** The sessions of an account that work, the one of `token` first, then the last used. */
export async function listSessions(
  s: Store,
  accountId: string,
  token: string,
): Promise<ListedSession[]> {
  const own = await sha256(token);
  const sessions = await liveSessions(s, accountId);
  const listed = sessions.map(({ hash, record }): ListedSession => ({
    id: hash,
    sid: record.sid,
    software: record.software,
    network: record.network,
    createdAt: record.createdAt,
    lastUsedAt: record.lastUsedAt,
    isThis: hash === own,
  }));
  const usedAt = (one: ListedSession) => one.lastUsedAt ?? one.createdAt;
  return listed.sort((a, b) =>
    Number(b.isThis) - Number(a.isThis) || usedAt(b) - usedAt(a)
  );
}

/** How many networks an account was used from within a day, if they are many; else 0. */
export function manyNetworks(sessions: ListedSession[]): number {
  const since = Date.now() - AT_ONCE_MS;
  const networks = new Set(
    sessions.filter(({ lastUsedAt = 0 }) => lastUsedAt > since)
      .map(({ network }) => network).filter(Boolean),
  );
  return networks.size >= MANY_NETWORKS ? networks.size : 0;
}

/**
 * Ends one session of an account; one that has ended is no error.
 *
 * @returns the session, to tell other services of.
 */
export async function endListed(
  s: Store,
  accountId: string,
  id: string,
): Promise<SessionRecord | null> {
  if (!/^[\da-f]{64}$/.test(id)) return null;
  const entry = await s.kv.get<SessionRecord>(keys.session(id));
  if (entry.value?.accountId !== accountId) return null;
  await s.kv.atomic().delete(entry.key)
    .delete(keys.sessionOf(accountId, id)).commit();
  return entry.value;
}

/** Deletes all sessions of an account that is gone, and what they say of where it was used from. */
export async function forgetSessions(
  { kv }: Store,
  accountId: string,
): Promise<void> {
  const listed = kv.list({ prefix: keys.sessionsOf(accountId) });
  for await (const { key } of listed) {
    await kv.atomic().delete(key).delete(keys.session(String(key.at(-1))))
      .commit();
  }
}

/** Puts sessions of versions that listed none on the list of their account; once for each store. */
export async function listEarlierSessions(s: Store): Promise<void> {
  const { value } = await s.kv.get(keys.sessionsListed());
  if (value !== null) return;
  const all = s.kv.list<SessionRecord>({ prefix: keys.sessions() });
  let count = 0;
  for await (const { key, value: { accountId, expiresAt } } of all) {
    const expireIn = expiresAt - Date.now();
    if (expireIn <= 0) continue;
    const listed = keys.sessionOf(accountId, String(key.at(-1)));
    await s.kv.set(listed, true, { expireIn });
    count++;
  }
  await s.kv.set(keys.sessionsListed(), true);
  if (count > 0) log("info", "sessions-listed", { count });
}
