import { untilCommitted } from "../accounts/store.ts";
import { handOver, nextVersion, noteMembers } from "../rooms/hand-over.ts";
import { readMembership } from "../rooms/rooms.ts";
import type { Services } from "../services.ts";
import {
  CLAIM_MS,
  keys,
  type Notice,
  type RoomChoice,
  setNotice,
  type Settings,
} from "./store.ts";

/** What a person chose; nothing: the defaults. */
export async function settingsOf(
  { kv }: Pick<Services, "kv">,
  accountId: string,
): Promise<Settings> {
  return (await kv.get<Settings>(keys.settings(accountId))).value ?? {};
}

/** Has looked at again what waits for the end of a pause or of quiet hours: they may be over. */
async function lookAgain(
  { kv, config }: Pick<Services, "kv" | "config">,
  accountId: string,
): Promise<void> {
  const now = Date.now();
  const found = kv.list<Notice>({ prefix: keys.notices(accountId) });
  for await (const { key, value, versionstamp } of found) {
    // What is due earlier than that may be in some process's hands.
    if (value.step === "done" || value.dueAt <= now + CLAIM_MS) continue;
    const soonest = value.step === "mail"
      ? value.at + config.unreadMailMs
      : now;
    const notice = { ...value, dueAt: Math.max(now, soonest) };
    const commit = kv.atomic().check({ key, versionstamp });
    await setNotice(commit, accountId, String(key.at(-1)), notice, value)
      .commit();
  }
}

/** Changes what a person chose; what waited for it is told by the next round. */
export async function changeSettings(
  s: Pick<Services, "kv" | "config">,
  accountId: string,
  change: (settings: Settings) => Settings,
): Promise<void> {
  await untilCommitted(async () => {
    const entry = await s.kv.get<Settings>(keys.settings(accountId));
    const { ok } = await s.kv.atomic().check(entry)
      .set(entry.key, change(entry.value ?? {})).commit();
    return ok || undefined;
  });
  await lookAgain(s, accountId);
}

/** A choice as a form names it; whatever is none is the default. */
export const choiceNamed = (text: string): RoomChoice | null =>
  text === "all" || text === "none" ? text : null;

/** What a person wants to be told of a room; null: mentions and direct messages. */
export async function choiceOf(
  { kv }: Pick<Services, "kv">,
  accountId: string,
  roomId: string,
): Promise<RoomChoice | null> {
  return (await kv.get<RoomChoice>(keys.choice(accountId, roomId))).value;
}

/**
 * Chooses it. Realtime learns with the members whether anybody wants every message.
 *
 * @throws {AppError} `not-found` (404) for people who are not members.
 */
export async function chooseFor(
  s: Pick<Services, "kv" | "realtime">,
  accountId: string,
  roomId: string,
  choice: RoomChoice | null,
): Promise<void> {
  await untilCommitted(async () => {
    const { room, membership } = await readMembership(s, accountId, roomId);
    const version = nextVersion(room.value);
    const commit = s.kv.atomic().check(room).check(membership)
      .set(room.key, { ...room.value, version });
    const key = keys.choice(accountId, roomId);
    if (choice === null) commit.delete(key);
    else commit.set(key, choice);
    const all = keys.wantsAll(roomId, accountId);
    if (choice === "all") commit.set(all, true);
    else commit.delete(all);
    const { ok } = await noteMembers(commit, room.value, version, {}).commit();
    return ok || undefined;
  });
  await handOver(s, roomId);
}
