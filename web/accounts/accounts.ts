import { normaliseEmail } from "./email.ts";
import { keys, readRecord, type Store, toAccount } from "./store.ts";
import type { Account } from "./types.ts";

/** The account with this id, or null. */
export async function findAccount(
  s: Store,
  id: string,
): Promise<Account | null> {
  const record = await readRecord(s.kv, id);
  return record && toAccount(record);
}

/** The account with this e-mail, however it is capitalised, or null. */
export async function findAccountByEmail(
  s: Store,
  email: string,
): Promise<Account | null> {
  const emailKey = normaliseEmail(email);
  if (emailKey === null) return null;
  const { value: id } = await s.kv.get<string>(keys.accountByEmail(emailKey));
  return id === null ? null : await findAccount(s, id);
}
