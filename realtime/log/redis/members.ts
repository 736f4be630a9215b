import type { Role } from "../../protocol.ts";
import type { MemberList, MembersUpdate } from "../../protocol-http.ts";
import {
  changeOf,
  differences,
  ENDED_SECONDS,
  type MembersChange,
  type MemberStore,
  type Standing,
} from "../../access/member-store.ts";
import type { Client } from "./client.ts";
import { roomKey } from "./keys.ts";

/** Where instances tell each other of changes. */
export const MEMBERS = "chatsphere:members";

/** A person's key beside those of rooms, whose ids have no colon. */
const personKey = (userId: string) => roomKey(`person:${userId}`, "rooms");

/** Links written side by side. */
const AT_ONCE = 500;

/**
 * The copies in Redis. A room and a person are in different slots of a cluster, so what links
 * them is written by itself: first that people left, then the copy, then that people came. A
 * crash in between links too few, never too many, until the list is handed over again.
 */
export class RedisMembers implements MemberStore {
  constructor(readonly client: Client) {}

  async put(
    roomId: string,
    list: MemberList,
    from: "web" | "asked",
  ): Promise<void> {
    const { version, members, ended, loud } = list;
    const keys = keysOf(roomId);
    const [names, copy] = keys;
    const known = await this.client.hkeys(names);
    // Another list may be written meanwhile. The reply to the script names those whom it added.
    const left = known.filter((id) => !Object.hasOwn(members, id));
    const before = await this.client.hget(copy, "version");
    if (Number(before ?? -1) > version) return;
    await this.#link(roomId, left, -(version + 1));
    const reply = await this.client.chatPutMembers(
      2,
      ...keys,
      version,
      Date.now(),
      ended ? ENDED_SECONDS : 0,
      loud ? 1 : 0,
      ...Object.entries(members).flat(),
    );
    if (!reply) return await this.#linkAgain(roomId, left);
    const [was, old] = reply;
    const changed = differences(pairs(old), members);
    const repeated = was === version;
    const { came, gone } = byPresence(changed);
    await this.#link(roomId, gone, -(version + 1));
    const present = repeated ? Object.keys(members) : came;
    await this.#link(roomId, present, version + 1);
    const change = changeOf(roomId, list, from, { before: was, changed });
    if (change) await this.#tell(change);
  }

  async update(roomId: string, update: MembersUpdate): Promise<boolean> {
    const { version, after, changed, loud } = update;
    const people = Object.entries(changed);
    const { came, gone } = byPresence(changed);
    const keys = keysOf(roomId);
    const known = Number(await this.client.hget(keys[1], "version") ?? -1);
    if (known < version && !after.includes(known)) return false;
    await this.#link(roomId, gone, -(version + 1));
    const reply = await this.client.chatUpdateMembers(
      2,
      ...keys,
      version,
      Date.now(),
      loud ? 1 : 0,
      after.length,
      ...after,
      ...people.flatMap(([id, role]) => [id, role ?? ""]),
    );
    if (!reply) return false;
    const [before, old] = reply;
    if (before > version) {
      await this.#linkAgain(roomId, gone);
      return true;
    }
    // Again where the copy was there already: a crash may have kept it from being done.
    await this.#link(roomId, came, version + 1);
    const isKnown = before === version;
    const different = people.filter(([, role], i) =>
      !isKnown && old[i] !== (role ?? "")
    );
    const told = { before, changed: Object.fromEntries(different) };
    const change = changeOf(roomId, update, "web", told);
    if (change) await this.#tell(change);
    return true;
  }

  async drop(roomId: string, userId: string, version: number): Promise<void> {
    const keys = keysOf(roomId);
    await this.#link(roomId, [userId], -(version + 1));
    const dropped = await this.client.chatDropMember(
      2,
      ...keys,
      userId,
      version,
    );
    if (!dropped) return await this.#linkAgain(roomId, [userId]);
    const changed = { [userId]: null };
    await this.#tell({ roomId, before: version, version, changed });
  }

  async standings(userId: string, roomIds: string[]) {
    const found = await Promise.all(roomIds.map(async (id) => {
      const [list, copy] = keysOf(id);
      // The version first: an older one beside a newer role does no harm.
      const [[version, at, loud], role] = await Promise.all([
        this.client.hmget(copy, "version", "at", "loud"),
        this.client.hget(list, userId),
      ]);
      if (version === null || version === undefined) return null;
      const standing: Standing = {
        version: Number(version),
        checkedAt: Number(at),
        role: role as Role | null,
        loud: loud === "1",
      };
      return [id, standing] as const;
    }));
    return Object.fromEntries(found.filter((one) => one !== null));
  }

  async among(roomId: string, userIds: string[]): Promise<string[]> {
    if (userIds.length === 0) return [];
    const [list] = keysOf(roomId);
    const roles = await this.client.hmget(list, ...userIds);
    return userIds.filter((_, i) => typeof roles[i] === "string");
  }

  membersOf(roomId: string): Promise<string[]> {
    const [list] = keysOf(roomId);
    return this.client.hkeys(list);
  }

  async roomsOf(userId: string): Promise<string[]> {
    const rooms = await this.client.hgetall(personKey(userId));
    return Object.entries(rooms).flatMap(([id, version]) =>
      Number(version) > 0 ? id : []
    );
  }

  /** Those whom a newer copy names were unlinked for what turned out to be older. */
  async #linkAgain(roomId: string, people: string[]): Promise<void> {
    // The version first: whoever leaves meanwhile is unlinked by a higher one.
    const version = await this.client.hget(keysOf(roomId)[1], "version");
    const named = await this.among(roomId, people);
    await this.#link(roomId, named, Number(version ?? -1) + 1);
  }

  async #link(roomId: string, people: string[], version: number) {
    for (let from = 0; from < people.length; from += AT_ONCE) {
      const some = people.slice(from, from + AT_ONCE);
      await Promise.all(
        some.map((id) =>
          this.client.chatLink(1, personKey(id), roomId, version)
        ),
      );
    }
  }

  async #tell(change: MembersChange): Promise<void> {
    await this.client.publish(MEMBERS, JSON.stringify(change));
  }
}

const keysOf = (roomId: string): [members: string, copy: string] => [
  roomKey(roomId, "members"),
  roomKey(roomId, "copy"),
];

function byPresence(changed: Record<string, Role | null>) {
  const ids = Object.keys(changed);
  return {
    came: ids.filter((id) => changed[id] !== null),
    gone: ids.filter((id) => changed[id] === null),
  };
}

function pairs(flat: string[]): Record<string, Role> {
  const entries: [string, Role][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) {
    entries.push([flat[i] ?? "", flat[i + 1] as Role]);
  }
  return Object.fromEntries(entries);
}
