import { findAccount } from "../accounts/accounts.ts";
import { isToken, sha256 } from "../accounts/secrets.ts";
import { AppError } from "../errors.ts";
import { dropMail } from "../mail/queue-store.ts";
import type { Services } from "../services.ts";
import {
  keys,
  listAll,
  type StoredInvitation,
  type StoredRoom,
} from "./store.ts";
import type { Invitation } from "./types.ts";

const DAY_MS = 86_400_000;

/** How long an invitation can be accepted. */
export const VALID_MS = 7 * DAY_MS;
/** How long after that its link still says what became of it. */
const REMEMBERED_MS = 7 * DAY_MS;

/** When KV may forget an invitation: the option of `set`. */
export const expiry = (invitation: StoredInvitation): { expireIn: number } => ({
  expireIn: Math.max(1, invitation.expiresAt + REMEMBERED_MS - Date.now()),
});

export const isOpen = (invitation: StoredInvitation): boolean =>
  invitation.status === "pending" && Date.now() < invitation.expiresAt;

/** Why an invitation that is not open cannot be used, as an error to throw. */
export function invitationGone(invitation: StoredInvitation | null): AppError {
  const gone = (code: string, message: string) =>
    new AppError({ code, status: code === "not-found" ? 404 : 410, message });
  switch (invitation?.status) {
    case undefined:
      return gone(
        "not-found",
        "There is no such invitation. Check that the link is complete.",
      );
    case "accepted":
      return gone(
        "invitation-used",
        "This invitation has already been used. Ask for a new one.",
      );
    case "rejected":
      return gone(
        "invitation-rejected",
        "This invitation was declined. Ask for a new one.",
      );
    case "revoked":
      return gone(
        "invitation-revoked",
        "This invitation was revoked or replaced by a newer one.",
      );
    case "pending":
      return gone(
        "invitation-expired",
        "This invitation is older than 7 days. Ask for a new one.",
      );
  }
}

/** What members are told of an invitation that is not open in their room. */
export const noneOpen = (): AppError =>
  new AppError({
    code: "not-found",
    status: 404,
    message:
      "There is no such invitation. It may have been used, declined or revoked in the meantime.",
  });

/**
 * The invitation a code opens, with its version, or null. The code has 256 random bits, so a plain
 * hash protects it, and looking it up by its hash tells nothing by its timing.
 */
export async function readInvitation(
  s: Pick<Services, "kv">,
  code: string,
): Promise<Deno.KvEntry<StoredInvitation> | null> {
  if (!isToken(code)) return null;
  const key = keys.invitation(await sha256(code));
  const entry = await s.kv.get<StoredInvitation>(key);
  return entry.versionstamp === null ? null : entry;
}

/** Whether who sent an invitation is still in its room: if not, it lets nobody in. */
export async function hasInviter(
  { kv }: Pick<Services, "kv">,
  { roomId, inviterId }: StoredInvitation,
): Promise<boolean> {
  const { versionstamp } = await kv.get(keys.member(roomId, inviterId));
  return versionstamp !== null;
}

/**
 * The invitation with the names looked up, or null when its room has ended. It is over once who sent it
 * has left, also where a crash came before it was taken back.
 */
export async function describeInvitation(
  s: Pick<Services, "kv">,
  stored: StoredInvitation,
): Promise<Invitation | null> {
  const [room, inviter, isIn] = await Promise.all([
    s.kv.get<StoredRoom>(keys.room(stored.roomId)),
    findAccount(s, stored.inviterId),
    hasInviter(s, stored),
  ]);
  if (room.value === null) return null;
  const { status } = stored;
  const isOver = status === "pending" && !isOpen(stored);
  return {
    id: stored.id,
    roomId: stored.roomId,
    roomName: room.value.name,
    email: stored.email,
    invitedBy: inviter?.name ?? "A former member",
    ...(room.value.archivedAt === undefined ? {} : { isArchived: true }),
    createdAt: stored.createdAt,
    expiresAt: stored.expiresAt,
    status: isOver
      ? "expired"
      : status === "pending" && !isIn
      ? "revoked"
      : status,
  };
}

/**
 * Deletes every invitation that was sent to an address, whatever became of it: open ones no longer
 * work.
 */
export async function forgetAddress(
  s: Pick<Services, "kv">,
  email: string,
): Promise<void> {
  const all = s.kv.list<StoredInvitation>({ prefix: keys.invitations() });
  for await (const { key, value } of all) {
    if (value.email !== email) continue;
    const commit = s.kv.atomic().delete(key)
      .delete(keys.addressInvitation(email, value.id))
      .delete(keys.roomInvitation(value.roomId, email));
    dropMail(commit, value.id);
    await commit.commit();
  }
}

/** A room's open invitations, the newest first. */
export async function openInvitations(
  s: Pick<Services, "kv">,
  roomId: string,
): Promise<StoredInvitation[]> {
  const ids = await listAll<string>(s.kv, keys.roomInvitations(roomId));
  const entries = await Promise.all(
    ids.map(({ value }) => s.kv.get<StoredInvitation>(keys.invitation(value))),
  );
  return entries.map(({ value }) => value)
    .filter((invitation) => invitation !== null)
    .filter(isOpen)
    .sort((a, b) => b.createdAt - a.createdAt);
}
