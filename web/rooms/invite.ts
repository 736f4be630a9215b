import { findAccountByEmail } from "../accounts/accounts.ts";
import { normaliseEmail } from "../accounts/email.ts";
import { randomToken, sha256 } from "../accounts/secrets.ts";
import { untilCommitted } from "../accounts/store.ts";
import type { Account } from "../accounts/types.ts";
import { AppError } from "../errors.ts";
import { invitationMail } from "../mail/invitation-mail.ts";
import type { Services } from "../services.ts";
import { checkOpenCount, countInvitation } from "./invitation-caps.ts";
import {
  expiry,
  isOpen,
  openInvitations,
  VALID_MS,
} from "./invitation-store.ts";
import { findRoom, readMembership } from "./rooms.ts";
import { keys, type StoredInvitation } from "./store.ts";
import type { Invitation } from "./types.ts";

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

interface Replacement {
  added: StoredInvitation;
  /** The open invitation of the same address that `added` took the place of. */
  replaced: StoredInvitation | null;
}

/** Keeps the invitation in place of an open one to the same address. */
function keepInvitation(
  s: Pick<Services, "kv">,
  added: StoredInvitation,
): Promise<Replacement> {
  const { roomId, inviterId, email } = added;
  return untilCommitted(async () => {
    const { room, membership } = await readMembership(s, inviterId, roomId);
    const place = await s.kv.get<string>(keys.roomInvitation(roomId, email));
    const old = place.value === null
      ? null
      : await s.kv.get<StoredInvitation>(keys.invitation(place.value));
    const replaced = old?.value && isOpen(old.value) ? old.value : null;
    if (!replaced) checkOpenCount((await openInvitations(s, roomId)).length);
    const commit = s.kv.atomic().check(room).check(membership).check(place)
      .set(keys.invitation(added.id), added, expiry(added))
      .set(place.key, added.id, { expireIn: VALID_MS });
    if (old && replaced) {
      const revoked: StoredInvitation = { ...replaced, status: "revoked" };
      commit.check(old).set(old.key, revoked, expiry(revoked));
    }
    const { ok } = await commit.commit();
    return ok ? { added, replaced } : undefined;
  });
}

/** Takes back an invitation whose e-mail could not be sent; the one it replaced is open again. */
async function takeBack(
  s: Pick<Services, "kv">,
  { added, replaced }: Replacement,
): Promise<void> {
  await untilCommitted(async () => {
    const place = await s.kv.get<string>(
      keys.roomInvitation(added.roomId, added.email),
    );
    const commit = s.kv.atomic().check(place)
      .delete(keys.invitation(added.id));
    // Otherwise another invitation has taken the place since, and keeps it.
    const isInPlace = place.value === added.id;
    if (isInPlace) commit.delete(place.key);
    if (isInPlace && replaced) {
      const expireIn = Math.max(1, replaced.expiresAt - Date.now());
      commit.set(keys.invitation(replaced.id), replaced, expiry(replaced))
        .set(place.key, replaced.id, { expireIn });
    }
    const { ok } = await commit.commit();
    return ok || undefined;
  });
}

/**
 * Invites an address to a room, by an e-mail with a link that works once within 7 days, for
 * whoever has it. An open invitation of the same address is replaced. Nobody but the recipient
 * gets the link: it is in the e-mail alone.
 *
 * @throws {AppError} `not-found` (404) to anyone who is not a member; `invalid` (422) and
 * `already-member` (409) with `fields.email`; `too-many-attempts` or `too-many-invitations` (429);
 * `mail-failed` (503), after which everything is as before.
 */
export async function invite(
  s: Pick<Services, "config" | "kv" | "mailer">,
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
  const expiresAt = createdAt + VALID_MS;
  const kept = await keepInvitation(s, {
    id: await sha256(code),
    roomId,
    email: to,
    inviterId: account.id,
    createdAt,
    expiresAt,
    status: "pending",
  });
  const link = `${s.config.appUrl}/invitations/${code}`;
  const invitedBy = account.name;
  try {
    await s.mailer.send(
      invitationMail({ to, invitedBy, roomName: room.name, link, expiresAt }),
    );
  } catch (error) {
    await takeBack(s, kept);
    throw error;
  }
  const { inviterId: _inviterId, ...shown } = kept.added;
  return { ...shown, roomName: room.name, invitedBy };
}
