/**
 * What happened that matters for who may get in and who may do what: written in the commit that makes
 * it so (what admins delete, as soon as realtime has told of it, and before it deletes the room), never
 * changed, and kept for AUDIT_DAYS. It says nothing of what anybody wrote.
 *
 * | key | value |
 * |---|---|
 * | `["audit", id]` | {@link AuditEvent} |
 * | `["audit_of", account id, id]` | true: it is about this person |
 *
 * Ids begin with the time, so that KV keeps them in order.
 */
import { currentVisitor } from "../accounts/session-list/visitor.ts";

export const KINDS = [
  "account-made",
  "account-deleted",
  "signed-in-face",
  "signed-in-passkey",
  "signed-in-code",
  "signed-in-recovery",
  "signed-out-everywhere",
  "password-changed",
  "password-reset",
  "address-changed",
  "address-restored",
  "face-stored",
  "face-deleted",
  "passkey-added",
  "passkey-removed",
  "recovery-made",
  "recovery-used",
  "data-downloaded",
  "room-made",
  "room-archived",
  "room-brought-back",
  "room-ended",
  "member-joined",
  "member-left",
  "member-removed",
  "admin-made",
  "admin-unmade",
  "link-made",
  "message-deleted",
] as const;
export type AuditKind = typeof KINDS[number];

export interface AuditEvent {
  kind: AuditKind;
  /** Milliseconds since the Unix epoch. */
  at: number;
  /** The id of whoever did it. */
  who: string;
  /** The id of whom it was done to, if that is somebody else. */
  whom?: string;
  roomId?: string;
  /** Where it was done from: a network, never the whole address. */
  network?: string;
  /** The browser and system it was done with, in words. */
  software?: string;
}

export const keys = {
  event: (id: string) => ["audit", id],
  all: () => ["audit"],
  of: (accountId: string, id: string) => ["audit_of", accountId, id],
  allOf: (accountId: string) => ["audit_of", accountId],
};

/** What an id that is made at this time begins with. */
export const idAt = (at: number): string => String(at).padStart(15, "0");

let last = 0;
let inOne = 0;

/** What this process notes within one millisecond stays in order as well. */
function newId(at: number): string {
  inOne = at === last ? inOne + 1 : 0;
  last = at;
  const place = String(inOne).padStart(4, "0");
  return `${idAt(at)}-${place}-${crypto.randomUUID()}`;
}

/** Adds to `commit` that something happened: it is noted when the change is made, or not at all. */
export function noteEvent(
  commit: Deno.AtomicOperation,
  kind: AuditKind,
  who: string,
  about: { whom?: string; roomId?: string } = {},
): Deno.AtomicOperation {
  const at = Date.now();
  const { network, software } = currentVisitor() ?? {};
  const event = { kind, at, who, ...about, network, software };
  return addEvent(commit, newId(at), event);
}

/** Adds to `commit` an event with an id that {@link idAt} begins, of 60 characters at most. */
export function addEvent(
  commit: Deno.AtomicOperation,
  id: string,
  event: AuditEvent,
): Deno.AtomicOperation {
  const { who, whom } = event;
  commit.set(keys.event(id), event).set(keys.of(who, id), true);
  if (whom !== undefined) commit.set(keys.of(whom, id), true);
  return commit;
}
