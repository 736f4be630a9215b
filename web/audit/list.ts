import { namesOf } from "../rooms/names.ts";
import { getAll, keys as roomKeys, type StoredRoom } from "../rooms/store.ts";
import type { Services } from "../services.ts";
import { type AuditEvent, idAt, keys } from "./events.ts";

/** Events of one page. */
const PAGE = 50;

type Store = Pick<Services, "kv">;

/** An event with everybody called what they are called now. */
export interface ListedEvent extends AuditEvent {
  id: string;
  whoName: string;
  whomName: string;
  /** Only where whoever reads is in the room now. */
  roomName?: string;
}

export interface EventPage {
  events: ListedEvent[];
  /** With it there are older ones, before that id. */
  before?: string;
}

/** What happened to somebody, or by them, newest first. */
export async function eventsOf(
  s: Store,
  accountId: string,
  before?: string,
): Promise<EventPage> {
  const ids = await newest<true>(s, keys.allOf(accountId), before);
  const read = ids.map(({ key }) => keys.event(String(key[2])));
  const found = await getAll<AuditEvent>(s.kv, read);
  const events = found.flatMap((value, i) =>
    value === null ? [] : [{ ...value, id: String(ids[i].key[2]) }]
  );
  return await paged(s, events, ids, accountId);
}

/** What happened on this server, newest first: for whoever runs it. */
export async function allEvents(
  s: Store,
  before?: string,
): Promise<EventPage> {
  const found = await newest<AuditEvent>(s, keys.all(), before);
  const events = found.map(({ key, value }) => ({
    ...value,
    id: String(key[1]),
  }));
  return await paged(s, events, found);
}

function newest<T>(
  { kv }: Store,
  prefix: Deno.KvKey,
  before?: string,
): Promise<Deno.KvEntry<T>[]> {
  const selector = before === undefined
    ? { prefix }
    : { prefix, end: [...prefix, before] };
  const options = { limit: PAGE + 1, reverse: true };
  return Array.fromAsync(kv.list<T>(selector, options));
}

async function paged(
  s: Store,
  events: (AuditEvent & { id: string })[],
  found: { key: Deno.KvKey }[],
  reader?: string,
): Promise<EventPage> {
  const shown = events.slice(0, PAGE);
  const people = shown.flatMap(({ who, whom }) => whom ? [who, whom] : [who]);
  const names = await namesOf(s, people);
  const rooms = reader === undefined
    ? new Map<string, string>()
    : await roomsFor(s, reader, shown);
  return {
    events: shown.map((event) => ({
      ...event,
      whoName: names.get(event.who)!,
      whomName: names.get(event.whom ?? event.who)!,
      roomName: rooms.get(event.roomId ?? ""),
    })),
    before: found.length > PAGE
      ? String(found[PAGE - 1].key.at(-1))
      : undefined,
  };
}

/** What the rooms of these events are called, of those that the reader is in. */
async function roomsFor(
  s: Store,
  reader: string,
  events: AuditEvent[],
): Promise<Map<string, string>> {
  const all = [...new Set(events.flatMap(({ roomId }) => roomId ?? []))];
  const memberships = await getAll(
    s.kv,
    all.map((id) => roomKeys.accountRoom(reader, id)),
  );
  const mine = all.filter((_, i) => memberships[i] !== null);
  const stored = await getAll<StoredRoom>(s.kv, mine.map(roomKeys.room));
  return new Map(mine.map((id, i) => [id, stored[i]?.name ?? ""]));
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Events deleted in one commit. */
const TOGETHER = 50;

/** Deletes events that are older than so many days. How many. */
export async function sweepEvents(
  { kv }: Store,
  days: number,
): Promise<number> {
  const end = keys.event(idAt(Date.now() - days * DAY_MS));
  const old = kv.list<AuditEvent>({ prefix: keys.all(), end });
  let commit = kv.atomic();
  let count = 0;
  for await (const { key, value } of old) {
    const id = String(key[1]);
    commit.delete(key).delete(keys.of(value.who, id));
    if (value.whom !== undefined) commit.delete(keys.of(value.whom, id));
    count += 1;
    if (count % TOGETHER > 0) continue;
    await commit.commit();
    commit = kv.atomic();
  }
  await commit.commit();
  return count;
}

/** Forgets where somebody whose account is gone did things from, and their own list. */
export async function forgetPerson(
  { kv }: Store,
  accountId: string,
): Promise<void> {
  for await (const { key } of kv.list({ prefix: keys.allOf(accountId) })) {
    const event = await kv.get<AuditEvent>(keys.event(String(key[2])));
    const commit = kv.atomic().delete(key);
    if (event.value?.who === accountId) {
      const { network: _network, software: _software, ...rest } = event.value;
      commit.set(event.key, rest);
    }
    await commit.commit();
  }
}
