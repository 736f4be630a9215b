import { normaliseEmail } from "../accounts/email.ts";
import type { Account } from "../accounts/types.ts";
import { AppError, reportError } from "../errors.ts";
import { deliverSoon } from "../mail/deliver.ts";
import type { Services } from "../services.ts";
import { PER_ACCOUNT_AN_HOUR } from "./invitation-caps.ts";
import { makeInvitation, readAddress } from "./invite.ts";
import { createRoom, type RoomPlan } from "./rooms.ts";
import type { Room } from "./types.ts";

/** An address that could not be invited, and why. */
export interface Uninvited {
  email: string;
  code: string;
  message: string;
}

/** @throws {AppError} `invalid` (422) with `fields.emails`. */
function readAddresses(account: Account, emails: string[]): string[] {
  const refuse = (message: string) =>
    new AppError({
      code: "invalid",
      status: 422,
      message,
      fields: { emails: message },
    });
  const own = normaliseEmail(account.email) ?? "";
  const addresses = new Set(emails.map((email) => {
    try {
      return readAddress(email);
    } catch {
      // The sentence must say which of the addresses it was.
      throw refuse(`“${email.slice(0, 80)}” is not an e-mail address.`);
    }
  }));
  addresses.delete(own);
  if (addresses.size <= PER_ACCOUNT_AN_HOUR) return [...addresses];
  throw refuse(`Invite at most ${PER_ACCOUNT_AN_HOUR} people at once.`);
}

/**
 * Makes a room and invites people to it. Every address is checked before the room is made; after
 * that the room stays, whatever becomes of the invitations, and who could not be invited is told.
 * E-mails that do not get away at once are tried again, as after `invite`.
 *
 * @throws {AppError} what `createRoom` throws; `invalid` (422) with `fields.emails`.
 */
export async function createRoomWith(
  s: Pick<Services, "config" | "kv" | "mailer" | "realtime">,
  account: Account,
  plan: string | RoomPlan,
  emails: string[],
): Promise<{ room: Room; uninvited: Uninvited[] }> {
  const addresses = readAddresses(account, emails);
  const room = await createRoom(s, account, plan);
  const made: string[] = [];
  const uninvited: Uninvited[] = [];
  for (const email of addresses) {
    try {
      const { id } = await makeInvitation(s, account, room.id, email);
      made.push(id);
    } catch (error) {
      const { code, message } = reportError(error);
      uninvited.push({ email, code, message });
    }
  }
  await deliverSoon(s, made);
  return { room, uninvited };
}
