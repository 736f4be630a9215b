import { FrameError } from "../frame-fields.ts";
import { StoreError } from "../log/log.ts";
import type { Role } from "../protocol.ts";
import type { MemberList } from "../protocol-http.ts";
import type { MembersChange, MemberStore, Standing } from "./member-store.ts";
import type { Person } from "./tokens.ts";
import type { AskWeb } from "./web.ts";

/** Milliseconds after which web is asked again for the members of a room in use. */
export const FRESH = 300_000;
/** Milliseconds in which web is not asked again about a person whom it did not name. */
const ASKED = 10_000;
/** Roles kept in memory, of all people here in all rooms. */
const KEPT = 300_000;
/** Rooms asked about in one question: their ids make up its address. */
const ASK_AT_ONCE = 50;
/** Rooms whose newest change is remembered. */
const NEWEST = 10_000;

/** What this instance knows of a room. */
interface Known {
  version: number;
  loud: boolean;
  checkedAt: number;
  roles: Map<string, Role | null>;
}

/** A look into the store; changes that come meanwhile are newer than what it finds. */
interface Look {
  roomIds: string[];
  overtaken: Set<string>;
}

type Who = Pick<Person, "id" | "token">;

/**
 * Who is in a room, as this instance needs to know: from memory, else from the copy in the
 * store, else from web, which owns it.
 */
export class Members {
  readonly #rooms = new Map<string, Known>();
  readonly #looks = new Set<Look>();
  readonly #asked = new Map<string, number>();
  /** The versions of the newest changes, by room. */
  readonly #newest = new Map<string, number>();
  readonly #refreshing = new Set<string>();
  #kept = 0;

  constructor(readonly store: () => MemberStore, readonly ask: AskWeb) {}

  /** Whether web wants to hear of every message of a room, as far as it is in memory. */
  isLoud(roomId: string): boolean {
    return this.#rooms.get(roomId)?.loud ?? false;
  }

  /** A role as far as it is in memory; undefined: it is not. */
  roleNow({ id }: { id: string }, roomId: string): Role | null | undefined {
    return this.#rooms.get(roomId)?.roles.get(id);
  }

  /**
   * A person's role in a room, from memory at once where it is there.
   *
   * @throws {FrameError} `not-member`, the same whether or not there is such a room;
   * `members-unavailable` (retryable) for a room of which there is no copy, while web is away.
   */
  roleIn(person: Who, roomId: string, ref?: string): Role | Promise<Role> {
    const known = this.#rooms.get(roomId);
    const role = known?.roles.get(person.id);
    if (!known || !role) return this.#roleIn(person, roomId, ref);
    if (isOld(known)) this.#refresh(person, roomId);
    return role;
  }

  async #roleIn(person: Who, roomId: string, ref?: string): Promise<Role> {
    const role = (await this.rolesIn(person, [roomId])).get(roomId);
    if (role) return role;
    if (role === null) {
      throw new FrameError("not-member", "You are not in this room.", ref);
    }
    const why =
      "The server could not look up this room; it can be tried again.";
    throw new FrameError("members-unavailable", why, ref, true);
  }

  /**
   * A person's roles in rooms: null where they are not a member, nothing of a room without a
   * copy while web is away.
   */
  async rolesIn(
    person: Who,
    roomIds: string[],
  ): Promise<Map<string, Role | null>> {
    const roles = new Map<string, Role | null>();
    const standings = await this.#look(person, roomIds);
    const missing: string[] = [];
    for (const roomId of roomIds) {
      const standing = standings.get(roomId);
      if (standing) roles.set(roomId, standing.role);
      if (standing?.role) {
        if (isOld(standing)) this.#refresh(person, roomId);
      } else if (!this.#askedLately(person, roomId)) missing.push(roomId);
      else roles.set(roomId, null);
    }
    for (let from = 0; from < missing.length; from += ASK_AT_ONCE) {
      const some = missing.slice(from, from + ASK_AT_ONCE);
      try {
        const answers = await this.#askFor(person, some);
        for (const id of some) {
          roles.set(id, roleIn(answers.get(id), person));
        }
      } catch {
        // Web is away: the copies count on.
        break;
      }
    }
    return roles;
  }

  /** Asks web, and keeps what it says in the store. */
  async #askFor(person: Who, roomIds: string[]) {
    const answers = new Map(Object.entries(await this.ask(person, roomIds)));
    const now = Date.now();
    for (const roomId of roomIds) {
      const list = answers.get(roomId);
      if (!list) this.#asked.set(`${roomId}\0${person.id}`, now);
      else await this.#take(person, roomId, list);
    }
    return answers;
  }

  async #take(person: Who, roomId: string, list: MemberList): Promise<void> {
    const { version } = list;
    const role = roleIn(list, person);
    try {
      await this.store().put(roomId, list, "asked");
    } catch (error) {
      // A store that takes nothing now: what web said is known here all the same.
      if (!(error instanceof StoreError)) throw error;
    }
    const { loud } = list;
    const checkedAt = Date.now();
    this.#remember(roomId, person, { version, checkedAt, role, loud });
  }

  /** What the store says, and what it says again of rooms that changed meanwhile. */
  async #look(person: Who, roomIds: string[]) {
    const found = new Map<string, Standing>();
    for (let ids = roomIds; ids.length > 0;) {
      const look: Look = { roomIds: ids, overtaken: new Set() };
      this.#looks.add(look);
      try {
        const standings = await this.store().standings(person.id, ids);
        for (const [id, standing] of Object.entries(standings)) {
          if (look.overtaken.has(id)) continue;
          found.set(id, standing);
          this.#remember(id, person, standing);
        }
      } finally {
        this.#looks.delete(look);
      }
      ids = ids.filter((id) => look.overtaken.has(id));
    }
    return found;
  }

  #remember(roomId: string, { id }: Who, standing: Standing): void {
    const { version, checkedAt, role, loud = false } = standing;
    let known = this.#rooms.get(roomId);
    if (!known || known.version < version) {
      this.#forget(roomId);
      known = { version, checkedAt, loud, roles: new Map() };
      this.#rooms.set(roomId, known);
    }
    if (known.version > version) return;
    known.checkedAt = Math.max(known.checkedAt, checkedAt);
    this.#set(known, id, role);
    for (const [oldest] of this.#rooms) {
      if (this.#kept <= KEPT) break;
      this.#forget(oldest);
    }
  }

  #set({ roles }: Known, userId: string, role: Role | null): void {
    if (!roles.has(userId)) this.#kept += 1;
    roles.set(userId, role);
  }

  #forget(roomId: string): void {
    this.#kept -= this.#rooms.get(roomId)?.roles.size ?? 0;
    this.#rooms.delete(roomId);
  }

  /**
   * Hears of a change of the copy in the store. True: it is the newest that is known here.
   * Changes may come in another order than they were made in.
   */
  changed(change: MembersChange): boolean {
    const { roomId, version } = change;
    for (const { overtaken } of this.#looks) overtaken.add(roomId);
    const newest = Math.max(version, this.#newest.get(roomId) ?? 0);
    this.#newest.delete(roomId);
    this.#newest.set(roomId, newest);
    for (const [oldest] of this.#newest) {
      if (this.#newest.size <= NEWEST) break;
      this.#newest.delete(oldest);
    }
    this.#apply(change);
    return version === newest;
  }

  #apply({ roomId, before, version, changed, loud }: MembersChange): void {
    const known = this.#rooms.get(roomId);
    if (!known || known.version > version) return;
    // One in between was missed, or this is about anybody.
    if (!changed || known.version < before) return this.#forget(roomId);
    // One person is taken out of a copy without another version of it.
    if (known.version < version) known.loud = loud ?? false;
    known.version = version;
    for (const [id, role] of Object.entries(changed)) {
      if (known.roles.has(id)) known.roles.set(id, role);
    }
  }

  /** Forgets all: changes may have been missed. */
  forgetAll(): void {
    for (const { roomIds, overtaken } of this.#looks) {
      for (const id of roomIds) overtaken.add(id);
    }
    this.#rooms.clear();
    this.#kept = 0;
  }

  #askedLately({ id }: Who, roomId: string): boolean {
    const at = this.#asked.get(`${roomId}\0${id}`) ?? 0;
    return at > Date.now() - ASKED;
  }

  /** Forgets whom web was asked about; called every minute. */
  forgetAsked(now = Date.now()): void {
    for (const [key, at] of this.#asked) {
      if (at <= now - ASKED) this.#asked.delete(key);
    }
  }

  /** Asks again for a room that is in use; until there is an answer, the copy counts on. */
  #refresh(person: Who, roomId: string): void {
    if (this.#refreshing.has(roomId)) return;
    this.#refreshing.add(roomId);
    void this.#ask(person, roomId)
      .catch(() => {
        // Web or the store is away: asked again when the room is next used.
      })
      .finally(() => {
        // Not for each message while web is away.
        setTimeout(() => this.#refreshing.delete(roomId), ASKED).unref();
      });
  }

  async #ask(person: Who, roomId: string): Promise<void> {
    // Another instance may have asked.
    const standing = (await this.#look(person, [roomId])).get(roomId);
    if (standing && !isOld(standing)) return;
    const answers = await this.#askFor(person, [roomId]);
    if (answers.has(roomId) || !standing) return;
    await this.store().drop(roomId, person.id, standing.version);
  }
}

/** Why nothing can be written in a room that is archived. */
export const archived = (ref: string): FrameError =>
  new FrameError(
    "room-archived",
    "This room is archived: it can be read, and nothing can be added.",
    ref,
  );

/** @throws {FrameError} `room-archived` where a person may only read. */
export function checkWrites(role: Role, ref: string): void {
  if (role === "reader") throw archived(ref);
}

const roleIn = (list: MemberList | undefined, { id }: Who): Role | null =>
  list && Object.hasOwn(list.members, id) ? list.members[id] ?? null : null;

const isOld = ({ checkedAt }: { checkedAt: number }): boolean =>
  checkedAt < Date.now() - FRESH;
