import type { Role } from "../protocol.ts";
import type { MemberList, MembersUpdate } from "../protocol-http.ts";

/** What the copy of a room says of one person. */
export interface Standing {
  version: number;
  /** When web last said so, in milliseconds since the Unix epoch. */
  checkedAt: number;
  /** Null: not a member. */
  role: Role | null;
  /** Web wants to hear of every message of the room. */
  loud?: boolean;
}

/** Who came to a room, left it, or has another role in it. */
export interface MembersChange {
  roomId: string;
  /** The versions of the copy before and after. */
  before: number;
  version: number;
  /** By people's ids; null: not a member any more. Undefined: it may be anybody. */
  changed?: Record<string, Role | null>;
  /** From this version on web wants to hear of every message. */
  loud?: boolean;
  /** There was no copy, and web was asked: nobody came, they were there before. */
  found?: boolean;
}

/** What all instances are told of a list that was stored; undefined: nothing. */
export function changeOf(
  roomId: string,
  { version, loud }: Pick<MemberList, "version" | "loud">,
  from: "web" | "asked",
  { before, changed }: { before: number; changed: MembersChange["changed"] },
): MembersChange | undefined {
  const versions = { roomId, before, version };
  if (Object.keys(changed ?? {}).length > 0) {
    const found = from === "asked" && before < 0;
    const also = { ...(loud ? { loud } : {}), ...(found ? { found } : {}) };
    return { ...versions, changed, ...also };
  }
  // It may be told again because a crash kept it from being told; or what changed is not people.
  return from === "web" ? versions : undefined;
}

/**
 * The copy of every room's members, for all instances. Web owns them: a list replaces a copy
 * unless that is newer. Every method rejects with `StoreError` when the store fails.
 */
export interface MemberStore {
  /**
   * Takes a list and tells every instance what is different now. All of it may be repeated
   * after a crash: a list `from` web that was known already has every instance look again.
   */
  put(roomId: string, list: MemberList, from: "web" | "asked"): Promise<void>;
  /**
   * The same with what web says is different, as long as it follows on from the copy; false: it does
   * not, and the list is needed. Of a copy that is newer nothing is changed.
   */
  update(roomId: string, update: MembersUpdate): Promise<boolean>;
  /** Takes one person out of a copy of just this version, as web no longer names them. */
  drop(roomId: string, userId: string, version: number): Promise<void>;
  /** What the copies of these rooms say of a person; nothing of a room without one. */
  standings(
    userId: string,
    roomIds: string[],
  ): Promise<Record<string, Standing>>;
  /** Those of these people whom the copy of a room names. */
  among(roomId: string, userIds: string[]): Promise<string[]>;
  /** Whom the copy of a room names. */
  membersOf(roomId: string): Promise<string[]>;
  /** The rooms whose copies name a person. */
  roomsOf(userId: string): Promise<string[]>;
}

/** What is different in a list. */
export function differences(
  before: Record<string, Role>,
  now: Record<string, Role>,
): Record<string, Role | null> {
  const changed: Record<string, Role | null> = {};
  for (const [id, role] of Object.entries(now)) {
    if (before[id] !== role) changed[id] = role;
  }
  for (const id of Object.keys(before)) {
    if (!Object.hasOwn(now, id)) changed[id] = null;
  }
  return changed;
}

/** How long it is remembered that a room ended: a list of before may still be on its way. */
export const ENDED_SECONDS = 86_400;
