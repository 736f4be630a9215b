/** Every address of web, as whoever has no business there. */
import { type Attack, succeededIf } from "../attack.ts";
import { judged, send, type Try } from "../http.ts";
import { asOwner, sayingYes } from "../weaknesses.ts";
import type { World } from "../world.ts";

const read = (path: string): Try => ({ service: "web", method: "GET", path });
const form = (path: string, fields: Record<string, string>): Try => ({
  ...{ service: "web", method: "POST", path },
  form: fields,
});
const json = (path: string, value: unknown, method = "POST"): Try => ({
  ...{ service: "web", method, path },
  json: value,
});

/** What belongs to a room. */
const OF_ROOM: Try[] = [
  read("/rooms/{room}"),
  read("/rooms/{room}/members"),
  read("/rooms/{room}/search?q=words"),
  read("/rooms/{room}/around/1"),
  read("/rooms/{room}/archive"),
  read("/rooms/{room}/live"),
  read("/rooms/{room}/messages/{message}"),
  read("/rooms/{room}/files"),
  read("/rooms/{room}/files/{file}"),
  read("/rooms/{room}/files/{file}/thumbnail"),
  json("/api/rooms/{room}/files?name=mine", "I was here"),
  { ...read("/rooms/{room}/messages/{message}/voice"), absent: true },
  read("/rooms/{room}/transcripts/{file}"),
  form("/rooms/{room}/transcripts/{file}", {}),
  json("/api/rooms/{room}/voice", "I was here"),
  json("/api/rooms/{room}/voice?clip={clip}", {}, "DELETE"),
  read("/rooms/{room}/dictate"),
  // Such a token has the names of the room's members in it.
  json("/api/token?dictating", { audience: "transcriber", room: "{room}" }),
  json("/rooms/{room}/read", { offset: 1 }),
  form("/rooms/{room}/dictate", { content: "I was here" }),
  ...Object.entries<Record<string, string>>({
    edit: { content: "Mine" },
    delete: {},
    react: { emoji: "👍", on: "1" },
    reply: { content: "I was here", clientId: "attack-4" },
  }).map(([intent, fields]) => ({
    ...form("/rooms/{room}/messages/{message}", { intent, ...fields }),
  })),
  // It is not one of those that anyone may join.
  form("/rooms/open", { room: "{room}" }),
  json("/api/open-rooms", { roomId: "{room}" }),
  read("/api/rooms/{room}/link"),
  read("/rooms/{room}/notice?message={message}"),
  json("/api/rooms/{room}/settings", { archived: true }, "PATCH"),
  json("/api/rooms/{room}/link", { days: 7, people: 10 }),
  json("/api/rooms/{room}/link", {}, "DELETE"),
  json(
    "/api/rooms/{room}/members",
    { person: "{member}", role: "admin" },
    "PATCH",
  ),
  read("/api/chat?chatId={room}"),
  read("/api/messages?roomId={room}"),
  form("/rooms/{room}", { content: "I was here", clientId: "attack-1" }),
  ...Object.entries<Record<string, string>>({
    invite: { email: "friend@attacks.test" },
    resend: { invitation: "x" },
    revoke: { invitation: "x" },
    remove: { member: "{member}" },
    rename: { name: "Mine" },
    describe: { description: "Mine" },
    role: { member: "{member}", role: "admin" },
    link: { days: "7", people: "10" },
    unlink: {},
    archive: {},
    restore: {},
    end: {},
    notify: { choice: "all" },
    leave: {},
  }).map(([intent, fields]) => ({
    ...form("/rooms/{room}/members", { intent, ...fields }),
  })),
  json("/api/messages", {
    roomId: "{room}",
    clientId: "attack-2",
    content: "I was here",
  }),
  json("/api/invitations", {
    roomId: "{room}",
    email: "friend@attacks.test",
  }),
];

/** What belongs to an account. */
const OF_ACCOUNT: Try[] = [
  read("/rooms"),
  read("/search?q=words"),
  read("/share?text=words"),
  read("/sign-out"),
  read("/account"),
  read("/account/face"),
  read("/account/notifications"),
  form("/account/notifications", { intent: "settings", mail: "on" }),
  form("/account/notifications", { intent: "remove", device: "x" }),
  ...["POST", "PATCH"].map((method) =>
    json("/account/notifications/device", {
      endpoint: "https://push.attacks.test/mine",
      p256dh: "B".padEnd(87, "A"),
      auth: "A".repeat(22),
    }, method)
  ),
  read("/account/dictation"),
  form("/account/dictation", { language: "de", words: "mine" }),
  read("/api/dictation"),
  read("/account/profile"),
  form("/account/profile", { intent: "about", about: "Mine" }),
  form("/account/profile", { intent: "no-picture" }),
  read("/people"),
  form("/people", { with: "{owner}" }),
  read("/people/{owner}"),
  form("/people/{owner}", {}),
  read("/people/{owner}/picture"),
  read("/rooms/open"),
  read("/api/people?q=o"),
  read("/api/people/{owner}"),
  json("/api/direct", { people: ["{owner}"] }),
  read("/api/open-rooms"),
  form("/account/face", { consent: "on", password: "a guess" }),
  read("/account/email"),
  read("/account/data"),
  read("/account/activity"),
  read("/activity"),
  form("/account/data", { password: "a guess" }),
  { ...read("/account/data/{ticket}"), absent: true },
  form("/account/email", { email: "mine@attacks.test", password: "a guess" }),
  read("/account/sessions"),
  form("/account/sessions", { intent: "others" }),
  read("/account/recovery"),
  form("/account/recovery", { password: "a guess" }),
  read("/account/passkeys"),
  form("/account/passkeys", { intent: "add", name: "Mine", passkey: "{}" }),
  form("/account/passkeys", { intent: "remove", id: "x".repeat(22) }),
  json("/passkey", { purpose: "add", password: "a guess" }),
  read("/rooms/new"),
  read("/live"),
  read("/api/chat"),
  form("/rooms", { name: "Mine" }),
  ...["rename", "password", "delete-face", "sign-out-everywhere"].map((
    intent,
  ) => form("/account", { intent, name: "Mallory", newPassword: "mine mine" })),
  form("/account", { intent: "delete-account", password: "a guess" }),
  json("/api/chat", { name: "Mine" }),
  json("/api/token", { audience: "realtime" }),
  json(
    "/api/invitations",
    { code: "x".repeat(43), status: "accepted" },
    "PATCH",
  ),
];

/** What only an admin may. */
const OF_ADMINS: Try[] = [
  form("/rooms/{room}/members", { intent: "rename", name: "Mine" }),
  form("/rooms/{room}/members", { intent: "remove", member: "{owner}" }),
  form("/rooms/{room}/members", { intent: "describe", description: "Mine" }),
  form("/rooms/{room}/members", {
    ...{ intent: "role", member: "{member}", role: "admin" },
  }),
  form("/rooms/{room}/members", { intent: "link", days: "7", people: "10" }),
  form("/rooms/{room}/members", { intent: "unlink" }),
  json("/api/rooms/{room}/settings", { archived: true }, "PATCH"),
  json("/api/rooms/{room}/link", { days: 7, people: 10 }),
  json("/api/rooms/{room}/link", {}, "DELETE"),
  json(
    "/api/rooms/{room}/members",
    { person: "{member}", role: "admin" },
    "PATCH",
  ),
  form("/rooms/{room}/members", { intent: "archive" }),
  form("/rooms/{room}/members", { intent: "end" }),
];

/** What only its author may do with a message, and of that only deleting is an admin's, too. */
const OF_AUTHORS: Try[] = [
  form("/rooms/{room}/messages/{message}", { intent: "edit", content: "Mine" }),
  form("/rooms/{room}/messages/{message}", { intent: "delete" }),
];

const titleOf = ({ method, path, form }: Try): string =>
  `${method} ${path}${form?.intent ? ` (${form.intent})` : ""}`;

const as = (
  who: string,
  cookieOf: (world: World) => string,
  tries: Try[],
): Attack[] =>
  tries.map((attempt) => ({
    name: `${who}: ${titleOf(attempt)}`,
    async run(world) {
      const cookie = cookieOf(world);
      const headers: Record<string, string> = cookie ? { cookie } : {};
      return await judged(await send(world, attempt, headers));
    },
    // As the owner, what changes something would be done, and nothing would be left to attack.
    undone: attempt.method === "GET" && !attempt.absent ? asOwner : sayingYes,
  }));

/** Every address somebody without business is tried at, for a test of whether that is all. */
export const TRIED: Try[] = [...OF_ROOM, ...OF_ACCOUNT, ...OF_ADMINS];

export const access: Attack[] = [
  ...as("a stranger", () => "", [...OF_ROOM, ...OF_ACCOUNT]),
  ...as("somebody of no room", ({ outsider }) => outsider.cookie, OF_ROOM),
  ...as("a removed member", ({ removed }) => removed.cookie, OF_ROOM),
  ...as(
    "a session signed out",
    ({ signedOut }) => signedOut.cookie,
    [...OF_ROOM, ...OF_ACCOUNT],
  ),
  ...as("a plain member", ({ member }) => member.cookie, OF_ADMINS),
  ...OF_AUTHORS.map((attempt): Attack => ({
    name: `a plain member with another's message: ${titleOf(attempt)}`,
    async run(world) {
      const { cookie } = world.member;
      const answer = await send(world, attempt, { cookie });
      await answer.body?.cancel();
      // The page that refuses it shows the message: a member may read it.
      const { status } = answer;
      return succeededIf(status !== 403, `answered ${status}`);
    },
    undone: sayingYes,
  })),
];
