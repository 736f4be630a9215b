/** Finds in the log who is to be told of what, and what admins deleted. Killed at any point, it goes on from where it was. */
import { EVERYONE } from "../../realtime/protocol.ts";
import type { AlertMessage } from "../../realtime/protocol-http.ts";
import { noteRemoval } from "../audit/removals.ts";
import {
  getAll,
  keys as roomKeys,
  type Membership,
  type StoredRoom,
} from "../rooms/store.ts";
import type { Services } from "../services.ts";
import {
  type Cursor,
  keys,
  type Notice,
  type RoomChoice,
  setNotice,
  WEEK_MS,
  type Why,
} from "./store.ts";

type CollectServices = Pick<Services, "kv" | "realtime">;

/** Milliseconds in which whoever looks at the room has read it: they are not told. */
export const GLANCE_MS = 1_000;
/** Alerts that are said to be taken at once. */
const TAKEN = 100;
/** Without a cursor, what is older is not told of any more. */
const OLD_MS = 60 * 60 * 1000;

async function idsUnder(kv: Deno.Kv, prefix: Deno.KvKey): Promise<string[]> {
  const found = kv.list({ prefix }, { batchSize: 500 });
  const ids: string[] = [];
  for await (const { key } of found) ids.push(String(key.at(-1)));
  return ids;
}

/** Who is told of a message, and why. */
async function toldOf(
  { kv }: CollectServices,
  roomId: string,
  isDirect: boolean,
  { sender, mentions, edited }: AlertMessage,
): Promise<Map<string, Why>> {
  const told = new Map<string, Why>();
  if (!edited) {
    for (const id of await idsUnder(kv, keys.wantAll(roomId))) {
      told.set(id, "all");
    }
  }
  const isForAll = mentions.includes(EVERYONE);
  if (isForAll || isDirect && !edited) {
    for (const id of await idsUnder(kv, roomKeys.members(roomId))) {
      told.set(id, isForAll ? "mention" : "direct");
    }
  }
  for (const id of mentions) if (id !== EVERYONE) told.set(id, "mention");
  told.delete(sender);
  const ids = [...told.keys()];
  const [memberships, choices] = await Promise.all([
    getAll<Membership>(kv, ids.map((id) => roomKeys.member(roomId, id))),
    getAll<RoomChoice>(kv, ids.map((id) => keys.choice(id, roomId))),
  ]);
  ids.forEach((id, i) => {
    if (memberships[i] === null || choices[i] === "none") told.delete(id);
  });
  return told;
}

/** Notes that a person is to be told; once, however often it is asked for. */
async function note(
  { kv }: CollectServices,
  accountId: string,
  message: string,
  notice: Notice,
): Promise<void> {
  const key = keys.notice(accountId, message);
  const commit = kv.atomic().check({ key, versionstamp: null });
  await setNotice(commit, accountId, message, notice).commit();
}

async function collectRoom(s: CollectServices, roomId: string): Promise<void> {
  for (;;) {
    const cursor = await s.kv.get<Cursor>(keys.cursor(roomId));
    const room = await s.kv.get<StoredRoom>(roomKeys.room(roomId));
    if (room.value === null) return;
    const page = await s.realtime.alertPage(roomId, cursor.value);
    const isDirect = room.value.kind === "direct";
    const isNew = cursor.value?.epoch !== page.epoch;
    for (const message of page.messages) {
      const { id, offset, sender, timestamp: at } = message;
      if (at < Date.now() - (isNew ? OLD_MS : WEEK_MS)) continue;
      for (const [who, why] of await toldOf(s, roomId, isDirect, message)) {
        await note(s, who, id, {
          ...{ roomId, offset, sender, why, at, step: "push" },
          ...{ dueAt: at + GLANCE_MS, tries: 0, sent: [] },
        });
      }
    }
    for (const removal of page.removals ?? []) {
      await noteRemoval(s, roomId, removal);
    }
    const { epoch, offset, more } = page;
    // Another process may have gone further: then this one looks again from there.
    const { ok } = await s.kv.atomic().check(cursor)
      .set(cursor.key, { epoch, offset } satisfies Cursor).commit();
    if (ok && !more) return;
  }
}

/** Goes through what realtime has noted; whether it notes something still. */
export async function collect(s: CollectServices): Promise<boolean> {
  const alerts = await s.realtime.alerts();
  const cursors = await getAll<Cursor>(
    s.kv,
    alerts.map(({ roomId }) => keys.cursor(roomId)),
  );
  for (const [i, { roomId, epoch, offset }] of alerts.entries()) {
    const at = cursors[i];
    if (at?.epoch === epoch && at.offset >= offset) continue;
    await collectRoom(s, roomId);
  }
  for (let from = 0; from < alerts.length; from += TAKEN) {
    const taken = alerts.slice(from, from + TAKEN)
      .map(({ roomId, receipt }) => ({ roomId, receipt }));
    await s.realtime.alertsTaken(taken);
  }
  return alerts.length > 0;
}
