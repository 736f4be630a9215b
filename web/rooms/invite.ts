import { findAccountByEmail } from "../accounts/accounts.ts";
import { normaliseEmail } from "../accounts/email.ts";
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
import { keys, type StoredInvitation } from "./store.ts";
import type { Invitation, SentInvitation } from "./types.ts";

/**
 * The address as it is kept and compared.
 *
 * @throws {AppError} `invalid` (422) with `fields.email`.
 */
export function readAddress(email: string): string {
  const normalised = normaliseEmail(email);
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

/** Keeps the invitation in place of an open one to the same address, and queues its e-mail. */
function keepInvitation(
  s: Pick<Services, "kv">,
  added: StoredInvitation,
  occasion: Occasion,
): Promise<true> {
  const { id, roomId, inviterId, email, expiresAt } = added;
  return untilCommitted(async () => {
    const { room, membership } = await readMembership(s, inviterId, roomId);
    const place = await s.kv.get<string>(keys.roomInvitation(roomId, email));
    const old = place.value === null
      ? null
      : await s.kv.get<StoredInvitation>(keys.invitation(place.value));
    const replaced = old?.value && isOpen(old.value) ? old.value : null;
    if (!replaced) checkOpenCount((await openInvitations(s, roomId)).length);
    const commit = s.kv.atomic().check(room).check(membership).check(place)
      .set(keys.invitation(id), added, expiry(added))
      .set(place.key, id, { expireIn: VALID_MS });
    queueMail(commit, id, occasion, expiresAt);
    if (old && replaced) {
      const revoked: StoredInvitation = { ...replaced, status: "revoked" };
      commit.check(old).set(old.key, revoked, expiry(revoked));
      dropMail(commit, replaced.id);
    }
    const { ok } = await commit.commit();
    return ok || undefined;
  });
}

/**
 * Makes an invitation and queues its e-mail, both or neither; `deliverSoon` then sends it. For
 * everyone else there is {@link invite}.
 *
 * @throws {AppError} what {@link invite} throws.
 */
export async function makeInvitation(
  s: Pick<Services, "config" | "kv">,
  account: Account,
  roomId: string,
  email: string,
): Promise<Invitation> {
  const { room } = await findRoom(s, account.id, roomId);
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
  const link = `${s.config.appUrl}/invitations/${code}`;
  const { expiresAt } = added;
  await keepInvitation(s, added, {
    kind: "invitation",
    to,
    ...named,
    link,
    expiresAt,
  });
  const { inviterId: _inviterId, ...shown } = added;
  return { ...shown, ...named };
}

/**
 * Invites an address to a room, by an e-mail with a link that works once within 7 days, for
 * whoever has it. An open invitation of the same address is replaced. Nobody but the recipient
 * gets the link: it is in the e-mail alone. When the e-mail cannot be sent at once, it is tried
 * again for a day; `delivery` says how far it got.
 *
 * @throws {AppError} `not-found` (404) to anyone who is not a member; `invalid` (422) and
 * `already-member` (409) with `fields.email`; `too-many-attempts` or `too-many-invitations` (429).
 */
export async function invite(
  s: Pick<Services, "config" | "kv" | "mailer">,
  account: Account,
  roomId: string,
  email: string,
): Promise<SentInvitation> {
  const invitation = await makeInvitation(s, account, roomId, email);
  await deliverSoon(s, [invitation.id]);
  return {
    ...invitation,
    delivery: await deliveryOf(s.kv, invitation.id),
  };
}

/**
 * Sends the e-mail of an open invitation again: one that still waits is tried now; otherwise the
 * address is invited anew, by `account`, with a new link, because the old one is kept nowhere.
 *
 * @param id the invitation's id, as in `listInvitations`.
 * @throws {AppError} `not-found` (404) also for an invitation that is not open in this room; what
 * {@link invite} throws.
 */
export async function resendInvitation(
  s: Pick<Services, "config" | "kv" | "mailer">,
  account: Account,
  roomId: string,
  id: string,
): Promise<{ delivery: Delivery }> {
  await findRoom(s, account.id, roomId);
  const invitation = (await openInvitations(s, roomId))
    .find((open) => open.id === id);
  if (!invitation) throw invitationGone(null);
  if (await deliveryOf(s.kv, id) !== "waiting") {
    return await invite(s, account, roomId, invitation.email);
  }
  await countInvitation(s, account.id, invitation.email);
  await deliverSoon(s, [id]);
  return { delivery: await deliveryOf(s.kv, id) };
}
