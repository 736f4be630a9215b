import { noteEvent } from "../audit/events.ts";
import { forgetPerson } from "../audit/list.ts";
import { dropMail } from "../mail/queue-store.ts";
import { forgetProfile } from "../people/profile.ts";
import { announceName } from "../rooms/announce.ts";
import { leaveAllRooms } from "../rooms/members.ts";
import { roomsOf } from "../rooms/memberships.ts";
import { forgetRemovals } from "../rooms/store.ts";
import type { Services } from "../services.ts";
import { noteErasure, ofAccount } from "./erasures.ts";
import { forgetNotifications } from "../notifications/forget.ts";
import { forgetDevices } from "./devices.ts";
import { relist } from "./listing.ts";
import { discardPicture, dropPicture } from "./pictures.ts";
import { key as addressChanges } from "./address/store.ts";
import { mailIdsOf } from "./mail-ids.ts";
import { nameOwner } from "./owner.ts";
import { sha256 } from "./secrets.ts";
import { forgetSessions } from "./session-list/session-list.ts";
import {
  type AccountRecord,
  type FaceRecord,
  keys,
  noAccount,
  readRecord,
  toAccount,
  untilCommitted,
} from "./store.ts";

/**
 * Deletes an account: its face, picture, e-mail and memberships; its sessions are void at once.
 * When it fails half-way it can be run again. Then call `finishErasuresSoon`.
 *
 * @param messages what the person wrote goes, too; else it stays, under another name.
 * @throws {AppError} `not-found` (404) when there is no such account.
 */
export async function deleteAccount(
  s: Pick<Services, "kv" | "blobs" | "realtime">,
  accountId: string,
  messages = false,
): Promise<void> {
  const record = await readRecord(s.kv, accountId);
  if (record === null) throw noAccount();
  const rooms = await roomsOf(s, accountId);
  await leaveAllRooms(s, toAccount(record));
  const picture = await untilCommitted(async () => {
    const [account, face] = await s.kv.getMany<[AccountRecord, FaceRecord]>([
      keys.account(accountId),
      keys.face(accountId),
    ]);
    if (account.value === null) throw noAccount();
    const owner = await s.kv.get<string>(keys.owner());
    const commit = s.kv.atomic().check(account).check(face)
      .delete(account.key)
      .delete(face.key)
      .delete(keys.faceKey(accountId))
      .delete(keys.accountByEmail(account.value.emailKey))
      .delete(keys.emailCode(accountId))
      .delete(keys.dictation(accountId))
      .delete(keys.turn(accountId))
      .delete(keys.unconfirmed(accountId));
    relist(commit, account.value, null);
    forgetProfile(commit, accountId);
    if (owner.value === accountId) commit.check(owner).delete(owner.key);
    commit.delete(addressChanges(accountId));
    for (const { id } of account.value.passkeys ?? []) {
      commit.delete(keys.passkeyAccount(await sha256(id)));
    }
    for (const id of mailIdsOf(accountId)) dropMail(commit, id);
    noteEvent(commit, "account-deleted", accountId);
    noteErasure(commit, accountId, ofAccount(account.value.emailKey, messages));
    if (face.value !== null) dropPicture(commit, face.value.picture);
    const { ok } = await commit.commit();
    return ok ? face.value?.picture ?? null : undefined;
  });
  if (picture !== null) await discardPicture(s, picture);
  await nameOwner(s);
  await forgetPerson(s, accountId);
  await forgetDevices(s, accountId);
  await forgetNotifications(s, accountId);
  await forgetRemovals(s, accountId);
  await forgetSessions(s, accountId);
  // A room entered while the account was on its way out.
  await leaveAllRooms(s, toAccount(record));
  for (const roomId of rooms) await announceName(s, roomId, accountId);
}
