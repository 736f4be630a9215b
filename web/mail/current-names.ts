import { findAccount, findAccountByEmail } from "../accounts/accounts.ts";
import {
  keys as roomKeys,
  type StoredInvitation,
  type StoredRoom,
} from "../rooms/store.ts";
import type { Occasion } from "./occasions.ts";

/**
 * The occasion of an e-mail with people and rooms called as they are now: it may have waited
 * for a day since it was queued. What is not there any more keeps the name it had.
 *
 * @param id what the e-mail is called in the queue: for an invitation, its own id.
 */
export async function withCurrentNames(
  kv: Deno.Kv,
  id: string,
  occasion: Occasion,
): Promise<Occasion> {
  switch (occasion.kind) {
    case "invitation": {
      const { value } = await kv.get<StoredInvitation>(roomKeys.invitation(id));
      if (value === null) return occasion;
      const [room, inviter] = await Promise.all([
        kv.get<StoredRoom>(roomKeys.room(value.roomId)),
        findAccount({ kv }, value.inviterId),
      ]);
      return {
        ...occasion,
        roomName: room.value?.name ?? occasion.roomName,
        invitedBy: inviter?.name ?? occasion.invitedBy,
      };
    }
    case "password-changed": {
      const account = await findAccountByEmail({ kv }, occasion.email);
      return { ...occasion, name: account?.name ?? occasion.name };
    }
    default:
      return occasion;
  }
}
