import { log } from "../log.ts";
import type { SessionsEnded } from "../../realtime/protocol-http.ts";
import { askTranscriber } from "./ask-transcriber.ts";
import { looksOf } from "./looks.ts";
import { namesOf, withoutNumber } from "./names.ts";
import { roomNames, rosterOf } from "./roster.ts";
import { roomsOf } from "./memberships.ts";
import { keys, type StoredRoom } from "./store.ts";
import { roomSeenBy } from "./titles.ts";
import { rememberEnd } from "../tokens/token-session.ts";
import type { Services } from "../services.ts";

/**
 * Tells whoever has a room open what a person is called in it now, and those whose names look
 * like the person's, or like what it was. Those who miss it see it when they load the page.
 *
 * @param was the name until now, if it has changed.
 */
export async function announceName(
  s: Pick<Services, "kv" | "realtime">,
  roomId: string,
  userId: string,
  was?: string,
): Promise<void> {
  try {
    const [names, own] = await Promise.all([
      roomNames(s, roomId, [userId]),
      namesOf(s, [userId]),
    ]);
    const looks = [was ?? "", ...own.values()].map(looksOf);
    const changed = [...names].filter(([id, name]) =>
      id === userId || looks.includes(looksOf(withoutNumber(name)))
    );
    await s.realtime.namesChanged(roomId, Object.fromEntries(changed));
    await announceTitles(s, roomId, userId);
  } catch (error) {
    log("warn", "name-not-announced", { roomId, userId, error });
  }
}

/** A direct room is called after the others in it: tells each of them what it is called now. */
async function announceTitles(
  s: Pick<Services, "kv" | "realtime">,
  roomId: string,
  userId: string,
): Promise<void> {
  const { value: room } = await s.kv.get<StoredRoom>(keys.room(roomId));
  if (!room?.people) return;
  const { members } = await rosterOf(s, roomId);
  for (const { id } of members) {
    if (id === userId) continue;
    const { name } = await roomSeenBy(s, id, room);
    await s.realtime.roomRenamed(roomId, name, id);
  }
}

/** Tells everyone in a room what it is called now. Those who miss it see it on the next page. */
export async function announceRoomName(
  s: Pick<Services, "realtime">,
  { id, name }: { id: string; name: string },
): Promise<void> {
  try {
    await s.realtime.roomRenamed(id, name);
  } catch (error) {
    log("warn", "room-name-not-announced", { roomId: id, error });
  }
}

/** The same in every room of a person, after their name has changed. */
export async function announceRename(
  s: Pick<Services, "kv" | "realtime">,
  userId: string,
  was: string,
): Promise<void> {
  for (const roomId of await roomsOf(s, userId)) {
    await announceName(s, roomId, userId, was);
  }
}

/**
 * Tells realtime and the transcriber which sessions of a person ended, so that what they have open
 * closes at once, and remembers it for those that ask. They are over whatever happens here:
 * realtime, if it is away, lets the person in until their tokens end, within 5 minutes.
 */
export async function announceSignOut(
  s: Pick<Services, "kv" | "realtime" | "signer" | "config">,
  which: SessionsEnded,
): Promise<void> {
  const told = {
    web: rememberEnd(s, which),
    realtime: s.realtime.sessionsEnded(which),
    transcriber: askTranscriber(s, "/sessions", which),
  };
  await Promise.all(
    Object.entries(told).map(([service, telling]) =>
      telling.catch((error) => {
        const { userId } = which;
        log("warn", "sign-out-not-announced", {
          userId,
          untold: service,
          error,
        });
      })
    ),
  );
}
