/** People, rooms and what was said in them, put into a data folder before it is measured. */
import { dirname, join } from "node:path";
import { createSession } from "../accounts/sessions.ts";
import { deviceCookie, sessionCookie } from "../accounts/cookies.ts";
import { rememberDevice } from "../accounts/devices.ts";
import { type AccountRecord, keys as accountKeys } from "../accounts/store.ts";
import { huesFor } from "../rooms/hues.ts";
import { putMembership } from "../rooms/memberships.ts";
import {
  keys as roomKeys,
  type Membership,
  randomId,
  type StoredRoom,
} from "../rooms/store.ts";

/** People who are in the same rooms. */
export interface Team {
  people: { id: string; cookie: string }[];
  /** The first is the one that is opened. */
  rooms: string[];
}

/** Members of every room. */
const MEMBERS = 10;
/** Messages of the room that is opened: a page is full. */
export const MESSAGES = 50;
/** Sessions and devices end long after a run has. */
const YEAR = 365 * 24 * 60 * 60 * 1000;

const FIRST = "Ada Grace Alan Edsger Barbara Donald Radia Tim Lin Mary".split(
  " ",
);
const LAST = "Lovelace Hopper Turing Dijkstra Liskov Knuth Perlman Lee Clark"
  .split(" ");

const site = { secure: false };
const pair = (cookie: string): string => cookie.split(";")[0];

async function seedPerson(kv: Deno.Kv, n: number) {
  const id = randomId();
  const email = `person${n}@bench.test`;
  const record: AccountRecord = {
    id,
    name: `${FIRST[n % FIRST.length]} ${LAST[n % LAST.length]} ${n}`,
    email,
    emailKey: email,
    createdAt: Date.now(),
    passwordHash: "",
    generation: 1,
    hasFace: false,
  };
  await kv.atomic().set(accountKeys.account(id), record)
    .set(accountKeys.accountByEmail(email), id).commit();
  const { token, expiresAt } = await createSession({ kv }, id);
  const device = await rememberDevice(
    { kv },
    { accountId: id, sessionToken: token },
    null,
  );
  const cookie = [
    pair(sessionCookie(site, token, expiresAt)),
    pair(deviceCookie(site, device!, Date.now() + YEAR)),
    "zone=Europe/Berlin",
  ].join("; ");
  return { id, cookie };
}

async function seedRoom(kv: Deno.Kv, name: string, people: Team["people"]) {
  const createdAt = Date.now();
  const room: StoredRoom = {
    id: randomId(),
    name,
    createdAt,
    createdBy: people[0].id,
    memberCount: people.length,
    version: createdAt,
  };
  const hues = huesFor(people);
  const commit = kv.atomic().set(roomKeys.room(room.id), room);
  for (const [n, { id }] of people.entries()) {
    const membership: Membership = {
      role: n === 0 ? "admin" : "member",
      joinedAt: createdAt + n,
      hue: hues[id],
    };
    putMembership(commit, room.id, id, membership);
  }
  await commit.commit();
  return room.id;
}

/** Teams in so many rooms each, in the store of web at `kvPath`, which nobody else has open. */
export async function seedTeams(
  kvPath: string,
  sizes: number[],
): Promise<Team[]> {
  await Deno.mkdir(dirname(kvPath), { recursive: true });
  const kv = await Deno.openKv(kvPath);
  const teams: Team[] = [];
  let count = 0;
  for (const size of sizes) {
    const people: Team["people"] = [];
    while (people.length < MEMBERS) people.push(await seedPerson(kv, count++));
    const rooms: string[] = [];
    while (rooms.length < size) {
      rooms.push(await seedRoom(kv, `Room ${rooms.length + 1}`, people));
    }
    teams.push({ people, rooms });
  }
  kv.close();
  return teams;
}

const SAID = [
  "Good morning! The build is green again, thanks to whoever mended it.",
  "I looked at the numbers from last week, and they are better than expected. The page that lists everything is still slow in the afternoon, though.",
  "See https://example.com/report/2026 for the details.",
  "Yes.",
  "Could somebody review this before lunch? It is short: three files, and the test that failed.",
  "“Simple” is not the same as **easy**, and `fast` is not the same as *first*.",
  "👍",
  "Let us talk about it tomorrow at 10. I will bring the drawings, and the two questions that were left open.",
];

async function send(
  url: string,
  cookie: string,
  body: unknown,
  // A busy machine may be too slow for a while.
  triesLeft = 20,
) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { cookie, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (answer.ok) return JSON.parse(text);
  if (answer.status !== 503 || triesLeft === 0) {
    throw new Error(`${answer.status} of ${url}: ${text}`);
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  return send(url, cookie, body, triesLeft - 1);
}

/** Has the teams talk, and everybody read the room that is opened. */
export async function seedTalk(
  { web, realtime }: { web: string; realtime: string },
  teams: Team[],
): Promise<void> {
  let n = 0;
  const talk = async ({ people, rooms }: Team) => {
    for (const [at, roomId] of rooms.entries()) {
      const many = at === 0 ? MESSAGES : 1;
      for (let i = 0; i < many; i++) {
        n += 1;
        await send(`${web}/api/messages`, people[(i >> 1) % MEMBERS].cookie, {
          roomId,
          clientId: `seed-${n}`,
          content: SAID[n % SAID.length],
        });
      }
    }
    for (const { cookie } of people) {
      const asked = { audience: "realtime" };
      const { token } = await send(`${web}/api/token`, cookie, asked);
      const answer = await fetch(`${realtime}/rooms/${rooms[0]}/read`, {
        method: "PUT",
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": "application/json",
        },
        body: JSON.stringify({ offset: MESSAGES }),
      });
      if (!answer.ok) throw new Error(`${answer.status} of a read position`);
    }
  };
  await Promise.all(teams.map(talk));
}

/** Copies a data folder that nobody has open. */
export async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    if (isDirectory) await copyFolder(source, target);
    else await Deno.copyFile(source, target);
  }
}
