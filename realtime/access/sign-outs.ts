import type { Person } from "./tokens.ts";
import type { Removal } from "../log/log.ts";
import type { SessionsEnded } from "../protocol.ts";

/** As the id of a room: all of them. The person is signed out. */
const EVERYWHERE = "*";

/** Sessions of a person that ended, and when. */
export interface SignOut extends SessionsEnded {
  /** Milliseconds since the Unix epoch. */
  at: number;
}

/**
 * A sign-out in the form the log remembers and tells every instance of: that of a person
 * who is taken out of a room.
 */
export function toRemoval({ userId, sid, keep, at }: SignOut): Removal {
  const which = new URLSearchParams({ userId });
  if (sid !== undefined) which.set("sid", sid);
  else if (keep !== undefined) which.set("keep", keep);
  return { roomId: EVERYWHERE, userId: `${which}`, removed: true, at };
}

/** The sign-out a removal stands for, or null: then it is about a room. */
export function toSignOut({ roomId, userId, at }: Removal): SignOut | null {
  if (roomId !== EVERYWHERE) return null;
  const which = new URLSearchParams(userId);
  return {
    userId: which.get("userId") ?? "",
    sid: which.get("sid") ?? undefined,
    keep: which.get("keep") ?? undefined,
    at,
  };
}

/** Whether a sign-out ended the session a token was made for. */
export function endsSession(signOut: SignOut, person: Person): boolean {
  const { userId, sid, keep, at } = signOut;
  if (userId !== person.id) return false;
  if (sid !== undefined) return sid === person.sid;
  if (keep !== undefined && keep === person.sid) return false;
  return isFromBefore(person, at);
}

/**
 * Whether a person's token was issued before a time, in milliseconds. Where it states whole
 * seconds, one of the same second counts as older.
 */
export const isFromBefore = ({ issuedAt }: Person, at: number): boolean =>
  issuedAt * 1000 <= at;
