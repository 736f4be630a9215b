/** The pages that are measured, and who asks for them. */
import type { Ask } from "./generator.ts";
import type { Team } from "./seed.ts";

export interface Scenario {
  name: string;
  /** Said in the last line, as a share of the floor. */
  short?: "landing" | "room" | "rooms" | "api" | "post";
  /** Rooms of everybody who asks; undefined: nobody is signed in. */
  rooms?: number;
  /** What is asked for by one person in these rooms. */
  ask(cookie: string, roomId: string): Ask;
  /** What may come compressed, as browsers ask for it. */
  encoding?: string;
  /** The floor is a durable append instead of a page. */
  isWrite?: true;
}

const page =
  (path: (roomId: string) => string): Scenario["ask"] => (cookie, roomId) => ({
    method: "GET",
    path: path(roomId),
    headers: {
      accept: "text/html",
      "accept-language": "en-GB",
      ...(cookie ? { cookie } : {}),
    },
  });

const room = page((id) => `/rooms/${id}`);

/** How many teams there are of each number of rooms: enough that nobody asks too much. */
export const TEAMS: [rooms: number, teams: number][] = [[1, 16], [20, 16], [
  500,
  12,
]];

export const SCENARIOS: Scenario[] = [
  { name: "landing", short: "landing", ask: page(() => "/") },
  {
    name: "landing, as to browsers",
    encoding: "gzip, deflate, br, zstd",
    ask: page(() => "/"),
  },
  { name: "sign-in", ask: page(() => "/login") },
  {
    name: "/rooms of 20",
    short: "rooms",
    rooms: 20,
    ask: page(() => "/rooms"),
  },
  { name: "room, 1 beside it", rooms: 1, ask: room },
  { name: "room, 20 beside it", short: "room", rooms: 20, ask: room },
  {
    name: "room, as to browsers",
    rooms: 20,
    encoding: "gzip, deflate, br, zstd",
    ask: room,
  },
  { name: "room, 500 beside it", rooms: 500, ask: room },
  {
    name: "GET /api/messages",
    short: "api",
    rooms: 20,
    ask: (cookie, roomId) => ({
      method: "GET",
      path: `/api/messages?roomId=${roomId}`,
      headers: { cookie },
    }),
  },
  // Last: afterwards the rooms hold other messages.
  {
    name: "POST /api/messages",
    short: "post",
    rooms: 1,
    isWrite: true,
    ask: (cookie, roomId) => ({
      method: "POST",
      path: "/api/messages",
      headers: { cookie, "content-type": "application/json" },
      body: JSON.stringify({
        roomId,
        clientId: "{n}",
        content: "One more thing: the drawings are in the folder of last week.",
      }),
    }),
  },
];

/** Strangers who ask, each in a network of their own: one alone may ask for so much and no more. */
const STRANGERS = Array.from(
  { length: 2_000 },
  (_, n) => `203.${n >> 8}.${n & 255}.7`,
);

/** The same, passed on by a proxy for somebody at this address. */
const from = (address: string, asked: Ask): Ask => ({
  ...asked,
  headers: { ...asked.headers, "x-forwarded-for": address },
});

/** What is asked for in turn: by everybody of the teams that have so many rooms. */
export function asksOf(
  { rooms, ask, encoding }: Scenario,
  teams: Team[],
): Ask[] {
  const asks = rooms === undefined
    ? STRANGERS.map((address) => from(address, ask("", "")))
    : teams.filter((team) => team.rooms.length === rooms)
      .flatMap((team) =>
        team.people.map(({ cookie }) => ask(cookie, team.rooms[0]))
      );
  return encoding === undefined ? asks : asks.map((it) => ({
    ...it,
    headers: { ...it.headers, "accept-encoding": encoding },
  }));
}
