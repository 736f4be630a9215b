/** The HTTP addresses of realtime and the transcriber, as whoever has no business there. */
import { type Attack, succeededIf } from "../attack.ts";
import { judged, send, type Try } from "../http.ts";
import { asOwner, sayingYes } from "../weaknesses.ts";
import type { World } from "../world.ts";

const at = (
  service: Try["service"],
  method: string,
  path: string,
  json?: unknown,
): Try => ({ service, method, path, json });

const DRAFT = { clientId: "attack-3", content: "I was here" };

const ROOM: Try[] = [
  at("realtime", "GET", "/rooms/{room}/messages"),
  at("realtime", "POST", "/rooms/{room}/messages", DRAFT),
  at("realtime", "PUT", "/rooms/{room}/read", { offset: 1 }),
  at("realtime", "GET", "/rooms/{room}/stream"),
  at("realtime", "POST", "/rooms/{room}/amendments", {
    ...{ event: "delete-message", id: "{message}", clientId: "attack-5" },
  }),
];

/** What tells of rooms. Those that are not one's own are left out, which is no refusal. */
const OF_ROOMS: Try[] = [
  at("realtime", "GET", "/summaries?rooms={room}"),
  at("realtime", "GET", "/activity"),
  at("realtime", "POST", "/search", {
    ...{ rooms: ["{room}"], terms: [], after: 1 },
  }),
];

/** What only web may ask for. */
const OF_WEB: Try[] = [
  at("realtime", "PUT", "/rooms/{room}/members", {
    version: 1e15,
    members: {},
    ended: true,
  }),
  at("realtime", "PATCH", "/rooms/{room}/members", {
    ...{ version: 1e15, after: [0], changed: { "{owner}": null } },
  }),
  at("realtime", "POST", "/rooms/{room}/names", { names: { "{owner}": "X" } }),
  at("realtime", "POST", "/rooms/{room}/name", { name: "Mine" }),
  at("realtime", "POST", "/rooms/{room}/transcripts", {
    ...{ id: "{message}", content: "Mine", voice: { clip: "{clip}" } },
  }),
  at("realtime", "POST", "/rooms/{room}/previews", {
    ...{ id: "{message}", preview: { address: "http", title: "Mine" } },
  }),
  at("realtime", "GET", "/rooms/{room}/clips"),
  at("realtime", "GET", "/rooms/{room}/written?by={owner}"),
  at("realtime", "POST", "/rooms/{room}/withdrawals", {
    userId: "{owner}",
    name: "Mine",
  }),
  at("realtime", "POST", "/renames", { userId: "{owner}", name: "Mine" }),
  at("realtime", "DELETE", "/rooms/{room}"),
  at("realtime", "POST", "/sessions", { userId: "{owner}" }),
  at("realtime", "GET", "/leftovers"),
  at("realtime", "POST", "/leftovers/taken", { taken: [] }),
  at("realtime", "GET", "/alerts"),
  at("realtime", "POST", "/alerts/taken", { taken: [] }),
  at("realtime", "GET", "/rooms/{room}/alerts"),
  at("realtime", "POST", "/rooms/{room}/positions", { people: ["{owner}"] }),
  at("realtime", "POST", "/unchanged", {
    asked: [{ userId: "{owner}", since: "" }],
  }),
  at("realtime", "POST", "/posts", {
    posts: [{
      ...{ token: "mine", roomId: "{room}" },
      message: { clientId: "mine", content: "Mine" },
    }],
  }),
];

/** The same at the transcriber. */
const AT_TRANSCRIBER: Try[] = [
  at("transcriber", "POST", "/sessions", { userId: "{owner}" }),
  at("transcriber", "POST", "/erasures/people", { userId: "{owner}" }),
  at("transcriber", "POST", "/erasures/clips", {
    clips: [{ id: "{clip}", owner: "{owner}" }],
  }),
];

const OF_TRANSCRIBER: Try[] = [
  at("transcriber", "POST", "/transcribe", { audio_data: "AAAA" }),
  at("transcriber", "GET", "/clips/{clip}"),
  at("transcriber", "GET", "/clips/{clip}/address"),
  at("transcriber", "DELETE", "/clips/{clip}"),
  at(
    "transcriber",
    "GET",
    "/clips/{clip}/audio?until=9999999999999&signature=x",
  ),
];

type TokenOf = (world: World) => Promise<string> | string;

const as = (who: string, tokenOf: TokenOf, tries: Try[]): Attack[] =>
  tries.map((attempt) => ({
    name: `${who}: ${attempt.service} ${attempt.method} ${attempt.path}`,
    async run(world) {
      const token = await tokenOf(world);
      const headers: Record<string, string> = token
        ? { authorization: `Bearer ${token}` }
        : {};
      return await judged(await send(world, attempt, headers), attempt);
    },
    undone: attempt.method === "GET" && !attempt.path.includes("signature")
      ? asOwner
      : sayingYes,
  }));

const nobody: TokenOf = () => "";
const outsider: TokenOf = ({ token, outsider }) => token(outsider);

/** Whether an answer that is no refusal tells of what is in this room. */
const telling = (
  who: string,
  tokenOf: TokenOf,
  attempt: Try,
  what: (world: World) => string,
): Attack => ({
  name: `${who}: ${attempt.service} ${attempt.method} ${attempt.path}`,
  async run(world) {
    const token = await tokenOf(world);
    const answer = await send(world, attempt, {
      authorization: `Bearer ${token}`,
    });
    const told = (await answer.text()).includes(what(world));
    return succeededIf(told, "it tells of the room");
  },
  undone: asOwner,
});

/** What realtime asks web for, with the token of a person. */
const MEMBERS = at("web", "GET", "/api/internal/members?rooms={room}");

/** What realtime tells web of, likewise. */
const LINKS = at("web", "POST", "/api/internal/links", {
  roomId: "{room}",
  id: "{message}",
});

/** What realtime tells web, with the token of a person: it answers when to call again. */
const ALERTS = at("web", "POST", "/api/internal/alerts", {
  reads: [["{room}", "{owner}"]],
});

const tellingOf = (who: string, tokenOf: TokenOf): Attack[] => [
  telling(who, tokenOf, MEMBERS, ({ owner }) => owner.id),
  ...OF_ROOMS.map((it) => telling(who, tokenOf, it, ({ roomId }) => roomId)),
];

/** Whether a token works, which is asked with the token and nothing else. */
const WORKS = at("web", "GET", "/api/internal/token");

/** Every address somebody without business is tried at, for a test of whether that is all. */
export const TRIED: Try[] = [
  ...[
    ...ROOM,
    ...OF_ROOMS,
    ...OF_WEB,
    ...OF_TRANSCRIBER,
    ...AT_TRANSCRIBER,
    MEMBERS,
    LINKS,
    ALERTS,
    WORKS,
  ],
];

export const services: Attack[] = [
  ...as(
    "a member who plays web",
    ({ token, member }) => token(member, "transcriber"),
    AT_TRANSCRIBER,
  ),
  ...tellingOf("somebody of no room", outsider),
  ...tellingOf(
    "a removed member with a token from before",
    ({ stale }) => stale.removed,
  ),
  ...as("a stranger", nobody, [
    ...ROOM,
    ...OF_ROOMS,
    MEMBERS,
    LINKS,
    WORKS,
    ...AT_TRANSCRIBER,
    ...OF_WEB,
    ...OF_TRANSCRIBER,
  ]),
  ...as("somebody of no room", outsider, ROOM),
  ...as(
    "a removed member with a token from before",
    ({ stale }) => stale.removed,
    ROOM,
  ),
  ...as("a removed member", ({ token, removed }) => token(removed), ROOM),
  ...as(
    "a session signed out with a token from before",
    ({ stale }) => stale.signedOut,
    [...ROOM, ...OF_ROOMS],
  ),
  ...as("a member who plays web", ({ token, member }) => token(member), OF_WEB),
  ...as(
    "a member of the same room",
    ({ token, member }) => token(member, "transcriber"),
    OF_TRANSCRIBER.slice(1),
  ),
];
