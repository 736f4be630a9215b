import type { Services } from "../services.ts";
import { discardPicture, dropPicture } from "./pictures.ts";
import {
  type AccountRecord,
  type FaceRecord,
  keys,
  noAccount,
  readRecord,
  toAccount,
  untilCommitted,
} from "./store.ts";
import type { Account } from "./types.ts";

/**
 * Deletes an account with its face, its picture and its e-mail; its sessions are void at once.
 * `leaveRooms` runs first, so that no room keeps a member who does not exist; it must be safe to
 * run again.
 *
 * @throws {AppError} `not-found` (404); what `leaveRooms` throws, and then nothing is deleted.
 */
export async function deleteAccount(
  s: Pick<Services, "kv" | "blobs">,
  accountId: string,
  leaveRooms: (account: Account) => Promise<void>,
): Promise<void> {
  const record = await readRecord(s.kv, accountId);
  if (record === null) throw noAccount();
  await leaveRooms(toAccount(record));
  const picture = await untilCommitted(async () => {
    const [account, face] = await s.kv.getMany<[AccountRecord, FaceRecord]>([
      keys.account(accountId),
      keys.face(accountId),
    ]);
    if (account.value === null) throw noAccount();
    const commit = s.kv.atomic().check(account).check(face)
      .delete(account.key)
      .delete(face.key)
      .delete(keys.accountByEmail(account.value.emailKey))
      .delete(keys.emailCode(accountId));
    if (face.value !== null) dropPicture(commit, face.value.picture);
    const { ok } = await commit.commit();
    return ok ? face.value?.picture ?? null : undefined;
  });
  if (picture !== null) await discardPicture(s, picture);
}
