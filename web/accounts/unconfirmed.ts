import { AppError } from "../errors.ts";
import { findConfirmation } from "./confirm-address.ts";
import { deleteAccount } from "./delete-account.ts";
import { keys, readRecord, untilCommitted } from "./store.ts";

type DeleteServices = Parameters<typeof deleteAccount>[0];

/**
 * Ends an account somebody made with an address that is not theirs, for whoever got the link at
 * that address.
 *
 * @throws {AppError} `confirmation-over` (410); `already-confirmed` (409): it is somebody's by now.
 */
export async function disownAccount(
  s: DeleteServices,
  code: string,
): Promise<void> {
  const { accountId, isConfirmed } = await findConfirmation(s, code);
  if (isConfirmed) {
    throw new AppError({
      code: "already-confirmed",
      status: 409,
      message:
        "This address is confirmed. Sign in to its account to delete it.",
    });
  }
  await deleteAccount(s, accountId);
}

/** Ends the account that holds this address, if nobody has confirmed it. Whether there was one. */
export function endUnconfirmedHolder(
  s: DeleteServices,
  emailKey: string,
): Promise<boolean> {
  return untilCommitted(async () => {
    const { value: id } = await s.kv.get<string>(keys.accountByEmail(emailKey));
    const record = id === null ? null : await readRecord(s.kv, id);
    if (record?.unconfirmedUntil === undefined) return false;
    await deleteAccount(s, record.id);
    return true;
  });
}

/** Ends accounts whose address was not confirmed in time. The number of them. */
export async function endUnconfirmed(s: DeleteServices): Promise<number> {
  const waiting = s.kv.list<number>({ prefix: keys.allUnconfirmed() });
  let ended = 0;
  for await (const { key, value: until } of waiting) {
    if (until > Date.now()) continue;
    const id = String(key[1]);
    const record = await readRecord(s.kv, id);
    if (record?.unconfirmedUntil === undefined) await s.kv.delete(key);
    else {
      await deleteAccount(s, id);
      ended++;
    }
  }
  return ended;
}
