/**
 * Recordings that were not sent in rooms in which they cannot be any more: no page of those rooms
 * offers them.
 */
import {
  dropRecording,
  isClipOf,
  isInHand,
  isStale,
  type Recording,
  recordings,
} from "./recordings.ts";

export { save } from "../drawn/dictated.tsx";
export { dropRecording, forgetSent, recordingOf } from "./recordings.ts";

/**
 * Somebody's recordings of rooms that are not open to them, the oldest first; without those that a
 * message has which waits, and those that another tab has in hand. What messages took which are gone
 * is forgotten.
 *
 * @param isOpen whether something can be sent in a room.
 * @param waiting the clips of messages of a room that still wait.
 */
export async function leftRecordings(
  me: string,
  isOpen: (roomId: string) => boolean,
  waiting: (roomId: string) => (string | undefined)[],
): Promise<Recording[]> {
  const left: Recording[] = [];
  for (const one of await recordings()) {
    if (one.me !== me || isOpen(one.roomId)) continue;
    const waits = waiting(one.roomId)
      .some((clip) => clip && isClipOf(one, clip));
    if (waits) continue;
    if (one.taken || isStale(one)) await dropRecording(one);
    else if (!await isInHand(one)) left.push(one);
  }
  return left.sort((a, b) => a.at - b.at);
}
