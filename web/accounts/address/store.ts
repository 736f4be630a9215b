/**
 * What KV keeps of changes of an account's e-mail address:
 *
 * | key | value | expires |
 * |---|---|---|
 * | `["address_changes", account id]` | {@link AddressChanges} | with the last of its links |
 *
 * Codes are kept as their hashes; a link names the account, so that one record holds them all.
 */
import { equalSecrets, isToken, randomToken, sha256 } from "../secrets.ts";
import type { Store } from "../store.ts";

/** An address, and the link that goes to it. */
export interface AddressLink {
  /** SHA-256 of the code, in hex. */
  codeHash: string;
  /** As the person wrote it, trimmed. */
  email: string;
  /** The normalised address: the key of the index of accounts. */
  emailKey: string;
  /** Milliseconds since the Unix epoch, as the other time. */
  expiresAt: number;
}

/** An address the account had before, with the way back to it. */
export interface FormerAddress extends AddressLink {
  changedAt: number;
}

export interface AddressChanges {
  /** Asked for, and not confirmed yet: the newest, the only one whose link works. */
  asked?: AddressLink;
  /** Oldest first. */
  former: FormerAddress[];
}

export const key = (accountId: string): Deno.KvKey => [
  "address_changes",
  accountId,
];

/** What is known of an account's changes, without the links that have expired. */
export async function readChanges(
  s: Store,
  accountId: string,
): Promise<{ entry: Deno.KvEntryMaybe<AddressChanges> } & AddressChanges> {
  const entry = await s.kv.get<AddressChanges>(key(accountId));
  const isOpen = ({ expiresAt }: AddressLink) => expiresAt > Date.now();
  const { asked, former = [] } = entry.value ?? {};
  return {
    entry,
    asked: asked && isOpen(asked) ? asked : undefined,
    former: former.filter(isOpen),
  };
}

/** Adds to `commit` what is now known of an account's changes, read as `entry`. */
export function writeChanges(
  commit: Deno.AtomicOperation,
  entry: Deno.KvEntryMaybe<AddressChanges>,
  { asked, former }: AddressChanges,
): void {
  const ends = [...former, ...(asked ? [asked] : [])].map((l) => l.expiresAt);
  commit.check(entry);
  if (ends.length === 0) commit.delete(entry.key);
  else {
    const expireIn = Math.max(1, Math.max(...ends) - Date.now());
    commit.set(entry.key, { asked, former }, { expireIn });
  }
}

/** A new link for an account: what its address ends with, and what is kept of it. */
export async function newLink(
  accountId: string,
): Promise<{ code: string; codeHash: string }> {
  const token = randomToken();
  return { code: `${accountId}.${token}`, codeHash: await sha256(token) };
}

/** The account a code names, and the hash its record must have; null for what is no code. */
export async function readCode(
  code: string,
): Promise<{ accountId: string; codeHash: string } | null> {
  const [accountId, token = "", ...more] = code.slice(0, 100).split(".");
  if (more.length > 0 || !/^[\w-]{1,50}$/.test(accountId) || !isToken(token)) {
    return null;
  }
  return { accountId, codeHash: await sha256(token) };
}

export const isLink = (link: AddressLink, codeHash: string): boolean =>
  equalSecrets(link.codeHash, codeHash);
