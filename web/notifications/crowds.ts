/**
 * Whom a message is for. The first of them are noted at once; where there are more, one note keeps
 * how far that is, and a slice of them follows at a time: a room of ten thousand holds up nobody.
 */
import { EVERYONE } from "../../realtime/protocol.ts";
import type { AlertMessage } from "../../realtime/protocol-http.ts";
import {
  getAll,
  keys as roomKeys,
  type Membership,
  type StoredRoom,
} from "../rooms/store.ts";
import type { Services } from "../services.ts";
import {
  type Crowd,
  keys,
  type Notice,
  noticeId,
  type RoomChoice,
  setNotice,
  WEEK_MS,
  type Why,
} from "./store.ts";

type CrowdServices = Pick<Services, "kv" | "realtime" | "config">;
type Told = Omit<Crowd, "after">;

/** Milliseconds in which whoever looks at the room has read it: they are not told. */
export const GLANCE_MS = 1_000;
/** People looked at in one go. */
const SLICE = 200;
/** Notices written in one commit: KV takes a hundred checks. */
const AT_ONCE = 50;
/** Crowds that are gone on with in one go. */
const CROWDS = 10;

/** Notes that a person is to be told; once, however often it is asked for. */
function noteIn(
  commit: Deno.AtomicOperation,
  accountId: string,
  message: string,
  told: Told,
  why: Why,
  /** From when on they are told, and how. */
  { step, waitMs }: { step: "push" | "mail"; waitMs: number },
): Deno.AtomicOperation {
  const id = noticeId(told.roomId, message);
  const key = keys.notice(accountId, id);
  const dueAt = told.at + waitMs;
  return setNotice(
    commit.check({ key, versionstamp: null }),
    accountId,
    id,
    { ...told, why, step, dueAt, tries: 0, sent: [] } satisfies Notice,
  );
}

async function hasDevice(kv: Deno.Kv, id: string): Promise<boolean> {
  const found = kv.list({ prefix: keys.devices(id) }, { limit: 1 });
  for await (const _ of found) return true;
  return false;
}

async function noteAll(
  { kv, config }: CrowdServices,
  ids: string[],
  message: string,
  told: Told,
  why: Why,
): Promise<void> {
  const equipped = await Promise.all(ids.map((id) => hasDevice(kv, id)));
  // Whoever asked for all of a room gets no e-mail about it.
  const people = ids.map((id, i) => ({ id, onDevice: equipped[i] }))
    .filter(({ onDevice }) => onDevice || why !== "all");
  const push = { step: "push", waitMs: GLANCE_MS } as const;
  const mail = { step: "mail", waitMs: config.unreadMailMs } as const;
  const add = (
    commit: Deno.AtomicOperation,
    { id, onDevice }: typeof people[number],
  ) => noteIn(commit, id, message, told, why, onDevice ? push : mail);
  for (let from = 0; from < people.length; from += AT_ONCE) {
    const some = people.slice(from, from + AT_ONCE);
    const commit = kv.atomic();
    for (const one of some) add(commit, one);
    if ((await commit.commit()).ok) continue;
    // Some are noted already: each by itself.
    for (const one of some) await add(kv.atomic(), one).commit();
  }
}

/** Of these people, those who are told: members who did not choose otherwise. */
async function willing(
  kv: Deno.Kv,
  ids: string[],
  { roomId, sender }: Told,
): Promise<string[]> {
  const [memberships, choices] = await Promise.all([
    getAll<Membership>(kv, ids.map((id) => roomKeys.member(roomId, id))),
    getAll<RoomChoice>(kv, ids.map((id) => keys.choice(id, roomId))),
  ]);
  return ids.filter((id, i) =>
    id !== sender && memberships[i] !== null && choices[i] !== "none"
  );
}

/** A slice of those whom it is for: members, or those of them who want everything. */
async function sliceOf(
  kv: Deno.Kv,
  why: Why,
  roomId: string,
  after: string | null,
): Promise<string[]> {
  const prefix = why === "all"
    ? keys.wantAll(roomId)
    : roomKeys.members(roomId);
  // The first key behind that of a person is theirs and a NUL.
  const range = after === null
    ? { prefix }
    : { prefix, start: [...prefix, `${after}\0`] };
  const found = await Array.fromAsync(
    kv.list(range, { limit: SLICE, batchSize: SLICE }),
  );
  return found.map(({ key }) => String(key.at(-1)));
}

/** Why everybody is told of a message that is not only for those it names; null: it is. */
function crowdOf(
  { kind }: StoredRoom,
  { mentions, edited }: AlertMessage,
): Why | null {
  if (mentions.includes(EVERYONE)) return "mention";
  if (edited) return null;
  return kind === "direct" ? "direct" : "all";
}

/** Notes whom new messages of a room, or edits of them, are for. */
export async function noteMessages(
  s: CrowdServices,
  room: StoredRoom,
  messages: AlertMessage[],
): Promise<void> {
  // Most messages are for nobody: that is asked once for all of them.
  const firsts = new Map<Why, Promise<string[]>>();
  const firstOf = (why: Why) =>
    firsts.getOrInsertComputed(why, () => sliceOf(s.kv, why, room.id, null));
  for (const message of messages) await noteOne(s, room, message, firstOf);
}

async function noteOne(
  s: CrowdServices,
  room: StoredRoom,
  message: AlertMessage,
  firstOf: (why: Why) => Promise<string[]>,
): Promise<void> {
  const { kv } = s;
  const { id, offset, sender, timestamp: at, mentions } = message;
  const told: Told = { roomId: room.id, offset, sender, at };
  const named = mentions.filter((it) => it !== EVERYONE);
  await noteAll(s, await willing(kv, named, told), id, told, "mention");
  const why = crowdOf(room, message);
  if (why === null) return;
  const people = await firstOf(why);
  await noteAll(s, await willing(kv, people, told), id, told, why);
  if (people.length < SLICE) return;
  // Looked at again after a kill, it goes on from where it was.
  const key = keys.crowd(room.id, id, why);
  const crowd: Crowd = { ...told, after: people.at(-1)! };
  await kv.atomic().check({ key, versionstamp: null })
    .set(key, crowd, { expireIn: WEEK_MS })
    .set(keys.crowdWaiting(room.id, id, why), true, { expireIn: WEEK_MS })
    .commit();
}

async function goOn(s: CrowdServices, waiting: Deno.KvKey): Promise<void> {
  const { kv, realtime } = s;
  const [, roomId, message, why] = waiting as [string, string, string, Why];
  const entry = await kv.get<Crowd>(keys.crowd(roomId, message, why));
  const commit = kv.atomic().check(entry);
  if (entry.value === null) return void await commit.delete(waiting).commit();
  const { after, ...told } = entry.value;
  const people = await sliceOf(kv, why, roomId, after);
  const asked = await willing(kv, people, told);
  const read = asked.length > 0 ? await realtime.positions(roomId, asked) : {};
  const unread = asked.filter((id) => (read[id] ?? 0) < told.offset);
  await noteAll(s, unread, message, told, why);
  // Another process may have gone further: then it goes on from there.
  const expireIn = WEEK_MS;
  if (people.length === SLICE) {
    const next: Crowd = { ...told, after: people.at(-1)! };
    await commit.set(entry.key, next, { expireIn }).commit();
  } else {
    // It stays, so that a message which is looked at again brings nobody anew.
    await commit.set(entry.key, entry.value, { expireIn })
      .delete(waiting).commit();
  }
}

/**
 * Notes a slice more of those who wait for that; whether there were any.
 *
 * @param failed hears of a crowd that could not be gone on with: it waits, and holds up no other.
 */
export async function goOnWithCrowds(
  s: CrowdServices,
  failed: (error: unknown) => void,
): Promise<boolean> {
  const waiting = await Array.fromAsync(
    s.kv.list({ prefix: keys.crowdsWaiting() }, { limit: CROWDS }),
  );
  for (const { key } of waiting) await goOn(s, key).catch(failed);
  return waiting.length > 0;
}
