import type { Role as AnyRole } from "../../realtime/protocol.ts";
import type { Delivery } from "../mail/queue-store.ts";

/** What a member is. In an archived room, realtime takes all of them for readers. */
export type Role = Exclude<AnyRole, "reader">;

/**
 * Who comes into a room: whoever is invited (`closed`), anyone on this server (`open`), or those it
 * was made for and nobody else (`direct`).
 */
export type RoomKind = "closed" | "open" | "direct";

export interface Room {
  id: string;
  /** Of a direct room: what the other people in it are called now. */
  name: string;
  kind: RoomKind;
  /** What it is for. */
  description?: string;
  /** When an admin archived it: it is read-only from then on. */
  archivedAt?: number;
  /** Milliseconds since the Unix epoch. */
  createdAt: number;
  /** The id of the account that made it. */
  createdBy: string;
}

export interface MyRoom extends Room {
  role: Role;
  memberCount: number;
}

export interface Member {
  /** The account's id. */
  id: string;
  name: string;
  role: Role;
  /** Milliseconds since the Unix epoch. */
  joinedAt: number;
  /** Their colour in the room, if they were given one: see hues.ts. */
  hue?: number;
}

export type InvitationStatus =
  | "pending"
  | "accepted"
  | "rejected"
  | "revoked"
  | "expired";

/**
 * An invitation as people may see it. Its code is not in here: only the e-mail has it, and the
 * store only its hash.
 */
export interface Invitation {
  /** Names the invitation to members of the room; it does not let anyone in. */
  id: string;
  roomId: string;
  roomName: string;
  /** The address it was sent to. */
  email: string;
  /** The name of the person who invites. */
  invitedBy: string;
  /** Nobody can join the room until it is brought back. */
  isArchived?: boolean;
  /** Milliseconds since the Unix epoch, as is `expiresAt`. */
  createdAt: number;
  expiresAt: number;
  status: InvitationStatus;
}

/** An open invitation as members of its room see it. */
export interface SentInvitation extends Invitation {
  /** How far its e-mail got. */
  delivery: Delivery;
}
