import { log } from "../log.ts";
import type { SessionsEnded } from "../../realtime/protocol.ts";
import type { Services } from "../services.ts";

/**
 * Tells realtime that someone joined or was removed, so that open sockets know at once. The change
 * itself stands whatever happens here: without realtime it takes effect when the person's token
 * ends, within 5 minutes.
 */
export async function announceMembership(
  s: Pick<Services, "roomLog">,
  roomId: string,
  userId: string,
  removed: boolean,
): Promise<void> {
  try {
    await s.roomLog.membershipChanged(roomId, userId, removed);
  } catch (error) {
    log("warn", "membership-not-announced", { roomId, userId, removed, error });
  }
}

/**
 * Tells realtime which sessions of a person ended, so that what they have open closes at once. They
 * are over whatever happens here: without realtime their open rooms end with their tokens, within
 * 5 minutes.
 */
export async function announceSignOut(
  s: Pick<Services, "roomLog">,
  which: SessionsEnded,
): Promise<void> {
  try {
    await s.roomLog.sessionsEnded(which);
  } catch (error) {
    log("warn", "sign-out-not-announced", { userId: which.userId, error });
  }
}

/**
 * Has realtime delete what was said in a room that has ended. Nobody can read it any more, so the
 * room's end stands if realtime is away; an operator finds the id in the log.
 */
export async function announceEnd(
  s: Pick<Services, "roomLog">,
  roomId: string,
): Promise<void> {
  try {
    await s.roomLog.endRoom(roomId);
  } catch (error) {
    log("warn", "room-not-deleted", { roomId, error });
  }
}
