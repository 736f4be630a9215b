/** Fills the store of web as it is after years, without asking the server for each person. */
import { dirname } from "node:path";
import { sessionCookie } from "../../accounts/cookies.ts";
import { relist } from "../../accounts/listing.ts";
import { hashPassword } from "../../accounts/password-hash.ts";
import { createSession } from "../../accounts/sessions.ts";
import {
  type AccountRecord,
  keys as accountKeys,
} from "../../accounts/store.ts";
import type { MemberList } from "../../../realtime/protocol-http.ts";
import { HUES } from "../../components/hue.ts";
import { putMembership } from "../../rooms/memberships.ts";
import { listOpen } from "../../rooms/opening.ts";
import {
  keys as roomKeys,
  type Membership,
  type StoredRoom,
} from "../../rooms/store.ts";

/** How large a server is. */
export interface Size {
  accounts: number;
  /** Rooms that anybody finds. */
  openRooms: number;
  /** Rooms of the one person who is in many. */
  roomsOfOne: number;
  /** Members of the largest room. */
  members: number;
  /** Messages of the longest room. */
  messages: number;
}

export const SMALL: Size = {
  accounts: 100,
  openRooms: 5,
  roomsOfOne: 5,
  members: 5,
  messages: 200,
};

export const LARGE: Size = {
  accounts: 100_000,
  openRooms: 15_000,
  roomsOfOne: 5_000,
  members: 10_000,
  messages: 1_000_000,
};

export const PASSWORD = "bench scale password";
export const emailOf = (n: number): string => `person${n}@bench.test`;
export const idOf = (n: number): string => `person-${n}`;

/** Rooms with a name of their own; the others are `many-N` and `open-N`. */
export const ROOMS = { crowd: "crowd", long: "long", plain: "plain" } as const;

/** The members of rooms, as realtime is to know them. */
export type MemberLists = Record<string, MemberList>;

/** Cookies of somebody in few rooms, and of the one who is in many. */
export interface Seeded {
  few: string;
  many: string;
  lists: MemberLists;
}

const FIRST = "Ada Grace Alan Edsger Barbara Donald Radia Tim Lin Mary".split(
  " ",
);
const LAST = "Lovelace Hopper Turing Dijkstra Liskov Knuth Perlman Lee Clark"
  .split(" ");

/** Changes that one commit of KV takes, with room to spare. */
const AT_ONCE = 90;
const START = Date.UTC(2025, 0, 1);

/** Writes in large commits, in which nothing is checked. */
class Filler {
  #commit: Deno.AtomicOperation;
  #waiting = 0;

  constructor(readonly kv: Deno.Kv) {
    this.#commit = kv.atomic();
  }

  async add(write: (commit: Deno.AtomicOperation) => void): Promise<void> {
    write(this.#commit);
    if (++this.#waiting >= AT_ONCE) await this.done();
  }

  async done(): Promise<void> {
    await this.#commit.commit();
    this.#commit = this.kv.atomic();
    this.#waiting = 0;
  }
}

async function seedAccounts(filler: Filler, count: number): Promise<void> {
  const passwordHash = await hashPassword(PASSWORD);
  for (let n = 0; n < count; n++) {
    const record: AccountRecord = {
      id: idOf(n),
      name: `${FIRST[n % FIRST.length]} ${LAST[n % LAST.length]} ${n}`,
      email: emailOf(n),
      emailKey: emailOf(n),
      createdAt: START + n,
      passwordHash,
      generation: 1,
      hasFace: false,
    };
    await filler.add((commit) => {
      commit.set(accountKeys.account(record.id), record)
        .set(accountKeys.accountByEmail(record.email), record.id);
      relist(commit, null, record);
    });
  }
}

interface Filling {
  filler: Filler;
  lists: MemberLists;
}

async function seedRoom(
  { filler, lists }: Filling,
  id: string,
  members: number[],
  kind?: "open",
): Promise<void> {
  const room: StoredRoom = {
    id,
    name: `Room ${id}`,
    createdAt: START,
    createdBy: idOf(members[0]),
    memberCount: members.length,
    version: START,
    ...(kind ? { kind } : {}),
  };
  await filler.add((commit) => {
    commit.set(roomKeys.room(id), room);
    listOpen(commit, null, room);
  });
  const list: MemberList = { version: START, members: {} };
  lists[id] = list;
  for (const [i, n] of members.entries()) {
    list.members[idOf(n)] = i === 0 ? "admin" : "member";
    const membership: Membership = {
      role: i === 0 ? "admin" : "member",
      joinedAt: START + i,
      hue: i % HUES,
    };
    await filler.add((commit) => {
      putMembership(commit, id, idOf(n), membership);
    });
  }
}

/** Person 0 is in every room that is measured, person 1 in as many as one person can be. */
export async function seed(kvPath: string, size: Size): Promise<Seeded> {
  await Deno.mkdir(dirname(kvPath), { recursive: true });
  const kv = await Deno.openKv(kvPath);
  const filler = new Filler(kv);
  const filling: Filling = { filler, lists: {} };
  await seedAccounts(filler, size.accounts);
  const crowd = Array.from({ length: size.members }, (_, n) => n);
  await seedRoom(filling, ROOMS.crowd, crowd.filter((n) => n !== 1));
  await seedRoom(filling, ROOMS.long, [0, 2]);
  await seedRoom(filling, ROOMS.plain, [0, 1]);
  for (let n = 1; n < size.roomsOfOne; n++) {
    await seedRoom(filling, `many-${n}`, [1, 2]);
  }
  for (let n = 0; n < size.openRooms; n++) {
    await seedRoom(filling, `open-${n}`, [3], "open");
  }
  await filler.done();
  const cookieOf = async (n: number) => {
    const { token, expiresAt } = await createSession({ kv }, idOf(n));
    return sessionCookie({ secure: false }, token, expiresAt).split(";")[0];
  };
  const [few, many] = [await cookieOf(0), await cookieOf(1)];
  kv.close();
  return { few, many, lists: filling.lists };
}
