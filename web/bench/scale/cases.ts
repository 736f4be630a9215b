/** What is asked of both servers, and by whom. */
import { emailOf, idOf, PASSWORD, ROOMS, type Seeded } from "./seed.ts";

export interface Case {
  name: string;
  who?: Exclude<keyof Seeded, "lists">;
  path: string;
  /** What a form carries, of the try with this number. */
  form?: (n: number) => Record<string, string>;
  /** What a program sends. */
  json?: (n: number) => Record<string, unknown>;
}

const room = (id: string, rest = "") => `/rooms/${id}${rest}`;

export const CASES: Case[] = [
  { name: "landing", path: "/" },
  {
    name: "sign-in, the password",
    path: "/login",
    form: (n) => ({ email: emailOf(3 + n), password: PASSWORD }),
  },
  { name: "rooms, of 5,000", who: "many", path: "/rooms" },
  { name: "rooms, page 10", who: "many", path: "/rooms?page=10" },
  { name: "a room, in 5,000", who: "many", path: room(ROOMS.plain) },
  { name: "search in all of 5,000", who: "many", path: "/search?q=number" },
  { name: "room of 10,000 members", who: "few", path: room(ROOMS.crowd) },
  {
    name: "members of that room",
    who: "few",
    path: room(ROOMS.crowd, "/members"),
  },
  {
    name: "posting there",
    who: "few",
    path: "/api/messages",
    json: (n) => ({
      roomId: ROOMS.crowd,
      clientId: `scale-${n}`,
      content: "One more.",
    }),
  },
  { name: "room of 1,000,000 messages", who: "few", path: room(ROOMS.long) },
  {
    name: "in the middle of it",
    who: "few",
    path: room(ROOMS.long, "?before=100"),
  },
  {
    name: "search in it",
    who: "few",
    path: room(ROOMS.long, "/search?q=number+said"),
  },
  { name: "people, of 100,000", who: "few", path: "/people" },
  { name: "one of them by name", who: "few", path: "/people?q=ada+lovelace" },
  { name: "a person", who: "few", path: `/people/${idOf(4)}` },
  { name: "open rooms, of 15,000", who: "few", path: "/rooms/open" },
  { name: "account", who: "many", path: "/account" },
  {
    name: "my token",
    who: "many",
    path: "/api/token",
    json: () => ({ audience: "realtime" }),
  },
];
