import { type AccountRecord, keys, type Store } from "./store.ts";

/** The account id of whoever runs this server: the first person who registered. */
export async function ownerOf(s: Store): Promise<string | null> {
  return (await s.kv.get<string>(keys.owner())).value;
}

/** Whether anybody has registered here yet. */
export async function hasOwner(s: Store): Promise<boolean> {
  return await ownerOf(s) !== null;
}

/** Makes `commit` name the account the owner if there is none; it fails if one comes between.
 * Whether it will. */
export async function claimOwnership(
  s: Store,
  commit: Deno.AtomicOperation,
  accountId: string,
): Promise<boolean> {
  const entry = await s.kv.get<string>(keys.owner());
  if (entry.value !== null) return false;
  commit.check(entry).set(entry.key, accountId);
  return true;
}

/**
 * Names the oldest account the owner where none is named: on the data of an earlier version, or
 * after the owner's account was deleted.
 */
export async function nameOwner(s: Store): Promise<void> {
  const entry = await s.kv.get<string>(keys.owner());
  if (entry.value !== null) return;
  let oldest: AccountRecord | null = null;
  const accounts = s.kv.list<AccountRecord>({ prefix: keys.accounts() });
  for await (const { value } of accounts) {
    if (oldest === null || value.createdAt < oldest.createdAt) oldest = value;
  }
  if (oldest === null) return;
  await s.kv.atomic().check(entry).set(entry.key, oldest.id).commit();
}
