import { findAccountByEmail } from "../accounts/accounts.ts";
import { requireConfirmed } from "../accounts/confirm-address.ts";
import { newEmailKey } from "../accounts/email.ts";
import { randomToken, sha256 } from "../accounts/secrets.ts";
import { untilCommitted } from "../accounts/store.ts";
import type { Account } from "../accounts/types.ts";
import { AppError } from "../errors.ts";
import { deliverSoon } from "../mail/deliver.ts";
import type { Occasion } from "../mail/occasions.ts";
import {
  type Delivery,
  deliveryOf,
  dropMail,
  queueMail,
} from "../mail/queue-store.ts";
import { mailedOrigin } from "../reached.ts";
import type { Services } from "../services.ts";
import { checkOpenCount, countInvitation } from "./invitation-caps.ts";
import {
  expiry,
  invitationGone,
  isOpen,
  openInvitations,
  VALID_MS,
} from "./invitation-store.ts";
import { findRoom, readMembership } from "./rooms.ts";
import {
  directRoom,
  keys,
  roomArchived,
  type StoredInvitation,
} from "./store.ts";
import type { Invitation, SentInvitation } from "./types.ts";

/**
 * The address as it is kept and compared.
 *
 * @throws {AppError} `invalid` (422) with `fields.email`.
 */
export function readAddress(email: string): string {
  const normalised = newEmailKey(email);
  if (normalised !== null) return normalised;
  const message = "Enter an e-mail address, like name@example.com.";
  throw new AppError({
    code: "invalid",
    status: 422,
    message,
    fields: { email: message },
  });
}

/** @throws {AppError} `already-member` (409) with `fields.email`. */
async function checkNotMember(
  s: Pick<Services, "kv">,
  roomId: string,
  email: string,
): Promise<void> {
  const account = await findAccountByEmail(s, email);
  if (account === null) return;
  const member = await s.kv.get(keys.member(roomId, account.id));
  if (member.versionstamp === null) return;
  const message = `${account.name} is already a member of this room.`;
  throw new AppError({
    code: "already-member",
    status: 409,
    message,
    fields: { email: message },
  });
}

/** Inviting an address again so soon is a form sent twice, not a second thought. */
const REPEATED_MS = 10_000;

const isRepeated = (
  added: StoredInvitation,
  open: StoredInvitation | null,
): open is StoredInvitation =>
  open !== null && open.inviterId === added.inviterId &&
  added.createdAt - open.createdAt < REPEATED_MS;

/**
 * Keeps the invitation in place of an open one to the same address, and queues its e-mail. Gives
 * the invitation there is then: the open one, when this only repeats it.
 *
 * @param instead the open invitation that this is to replace, and no other.
 */
function keepInvitation(
  s: Pick<Services, "kv">,
  added: StoredInvitation,
  occasion: Occasion,
  instead?: string,
): Promise<StoredInvitation> {
  const { id, roomId, inviterId, email, expiresAt } = added;
  return untilCommitted(async () => {
    const { room, membership } = await readMembership(s, inviterId, roomId);
    const place = await s.kv.get<string>(keys.roomInvitation(roomId, email));
    const old = place.value === null
      ? null
      : await s.kv.get<StoredInvitation>(keys.invitation(place.value));
    const replaced = old?.value && isOpen(old.value) ? old.value : null;
    if (instead !== undefined && replaced?.id !== instead) {
      const gone = await s.kv.get<StoredInvitation>(keys.invitation(instead));
      throw invitationGone(gone.value);
    }
    if (!instead && isRepeated(added, replaced)) return replaced;
    if (!replaced) checkOpenCount((await openInvitations(s, roomId)).length);
    const commit = s.kv.atomic().check(room).check(membership).check(place)
      .set(keys.invitation(id), added, expiry(added))
      .set(place.key, id, { expireIn: VALID_MS });
    commit.set(keys.addressInvitation(email, id), id, { expireIn: VALID_MS });
    queueMail(commit, id, occasion, expiresAt);
    if (old && replaced) {
      const revoked: StoredInvitation = { ...replaced, status: "revoked" };
      commit.check(old).set(old.key, revoked, expiry(revoked));
      dropMail(commit, replaced.id);
    }
    const { ok } = await commit.commit();
    return ok ? added : undefined;
  });
}

/**
 * Makes an invitation and queues its e-mail, both or neither; `deliverSoon` then sends it.
 * {@link invite} does both.
 *
 * Its `link` lets one person in; it is kept nowhere, and left out when the open invitation stands.
 *
 * @param instead an open invitation to replace, even when it was made a moment ago. Of two who replace
 * it at once one does: each would pass on a link.
 * @throws {AppError} what {@link invite} throws; `invitation-revoked` and its like (410) when that one
 * is over.
 */
export async function makeInvitation(
  s: Pick<Services, "config" | "kv">,
  account: Account,
  roomId: string,
  email: string,
  instead?: string,
): Promise<Invitation & { link?: string }> {
  const { room } = await findRoom(s, account.id, roomId);
  if (room.kind === "direct") throw directRoom();
  if (room.archivedAt !== undefined) throw roomArchived();
  await requireConfirmed(s, account.id);
  const to = readAddress(email);
  await checkNotMember(s, roomId, to);
  const createdAt = Date.now();
  await countInvitation(s, account.id, to);
  const code = randomToken();
  const added: StoredInvitation = {
    id: await sha256(code),
    roomId,
    email: to,
    inviterId: account.id,
    createdAt,
    expiresAt: createdAt + VALID_MS,
    status: "pending",
  };
  const named = { roomName: room.name, invitedBy: account.name };
  const link = `${await mailedOrigin(s.config)}/invitations/${code}`;
  const { expiresAt } = added;
  const occasion = {
    kind: "invitation",
    to,
    ...named,
    link,
    expiresAt,
  } as const;
  const kept = await keepInvitation(s, added, occasion, instead);
  const { inviterId: _inviterId, ...shown } = kept;
  return { ...shown, ...named, link: kept === added ? link : undefined };
}

/**
 * Invites an address to a room, by an e-mail with a link that works once within 7 days, for
 * whoever has it. An open invitation of the same address is replaced; asked for twice within 10
 * seconds, as by a double click, it is one invitation and one e-mail. Besides the recipient, only
 * who invites gets the link, once, to pass it on in another way. When the e-mail cannot be sent at once, it is tried
 * again for a day; `delivery` says how far it got.
 *
 * @throws {AppError} `not-found` (404) to anyone who is not a member; `direct-room` and `room-archived` (409); `invalid`
 * (422) and `already-member` (409) with `fields.email`; `too-many-attempts` or `too-many-invitations` (429);
 * `address-unconfirmed` (403) to whoever has not confirmed their own address.
 */
export async function invite(
  s: Pick<Services, "config" | "kv" | "mailer">,
  account: Account,
  roomId: string,
  email: string,
): Promise<SentInvitation & { link?: string }> {
  const invitation = await makeInvitation(s, account, roomId, email);
  return { ...invitation, ...await deliverNow(s, invitation) };
}

/** Sends an invitation's e-mail, if it waits to be sent, and tells how far it got. */
export async function deliverNow(
  s: Pick<Services, "kv" | "mailer">,
  { id }: { id: string },
): Promise<{ delivery: Delivery }> {
  await deliverSoon(s, [id]);
  return { delivery: await deliveryOf(s.kv, id) };
}
