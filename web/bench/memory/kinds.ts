/** What is done while memory is watched: many kinds of things, by many people and by strangers. */
import { selfieOf } from "../../faces/test-photos.ts";
import type { Team } from "../seed.ts";
import type { Kind } from "./load.ts";
import { visitRoom } from "./sockets.ts";
import { anyAddress, newAccount, wrongPassword } from "./visitors.ts";

const any = <T>(of: readonly T[]): T =>
  of[Math.floor(Math.random() * of.length)];
const noise = (): string =>
  crypto.getRandomValues(new Uint8Array(16))
    .toBase64({ alphabet: "base64url", omitPadding: true });

const WORDS = "good morning build report tomorrow drawings review last week"
  .split(" ");

/** Addresses that whoever asks made up. */
const MADE_UP: (() => string)[] = [
  () => `/${noise()}`,
  () => `/?${noise()}`,
  () => `/docs?${noise()}=1`,
  () => `/login?next=/${noise()}`,
  () => `/assets/${noise()}.js`,
  () => `/join/${noise()}`,
  () => `/invitations/${noise()}`,
  () => `/login/reset/${noise()}`,
  () => `/unsubscribe/${noise()}`,
  () => `/rooms/${noise()}`,
  () => `/people/${noise()}`,
  () => `/people?q=${noise()}`,
  () => `/people?after=${noise()}`,
  () => `/rooms?page=${noise()}`,
  () => `/rooms?${noise()}`,
  () => `/api/messages?roomId=${noise()}`,
  () => `/search?q=${noise()}`,
  () => `/realtime/${noise()}`,
  () => `/transcriber/clips/${noise()}`,
];

/** All that is done, by the people of these teams and by others. */
export async function kindsOf(web: string, teams: Team[]): Promise<Kind[]> {
  const photo = await selfieOf("ada");
  const people = teams.flatMap(({ people, rooms }) =>
    people.map(({ id, cookie }) => ({ id, cookie, rooms }))
  );
  type Init = RequestInit & { headers?: Record<string, string> };
  async function ask(path: string, init: Init = {}, fine = [200, 201, 303]) {
    const answer = await fetch(web + path, { redirect: "manual", ...init });
    const bytes = await answer.bytes();
    if (fine.includes(answer.status)) return bytes;
    const code = /"code":"[\w-]+"/.exec(new TextDecoder().decode(bytes))?.[0];
    throw new Error(`${answer.status} of ${path.slice(0, 20)} ${code ?? ""}`);
  }
  const asStranger = (path: string) =>
    ask(path, { headers: { "x-forwarded-for": anyAddress() } });
  const page = (path: (rooms: string[]) => string) => {
    const { cookie, rooms } = any(people);
    const headers = { cookie, accept: "text/html", "accept-language": "en-GB" };
    return ask(path(rooms), { headers });
  };
  const post = (cookie: string, path: string, body: unknown) =>
    ask(path, {
      method: "POST",
      headers: { cookie, "content-type": "application/json" },
      body: JSON.stringify(body),
    });

  async function say() {
    const { cookie, rooms } = any(people);
    await post(cookie, "/api/messages", {
      ...{ roomId: any(rooms), clientId: crypto.randomUUID() },
      content: `${any(WORDS)} ${any(WORDS)}, ${noise()}`,
    });
  }
  async function mention() {
    const { people, rooms } = any(teams);
    const [{ cookie }, { id }] = [any(people), any(people)];
    await post(cookie, "/api/messages", {
      ...{ roomId: any(rooms), clientId: crypto.randomUUID() },
      content: "@Ada, look at this.",
      mentions: [{ id, name: "Ada" }],
    });
  }
  async function file(name: string, bytes: BodyInit) {
    const { people, rooms } = any(teams);
    const [{ cookie }, other] = [any(people), any(people)];
    const roomId = any(rooms);
    const type = "application/octet-stream";
    const sent = await ask(`/api/rooms/${roomId}/files?name=${name}`, {
      ...{ method: "POST", body: bytes },
      headers: { cookie, "content-type": type },
    });
    const { id, thumbnail } = JSON.parse(new TextDecoder().decode(sent));
    await post(cookie, "/api/messages", {
      ...{ roomId, clientId: crypto.randomUUID(), content: "", files: [id] },
    });
    const path = `/rooms/${roomId}/files/${id}`;
    const headers = { cookie: other.cookie };
    await ask(path, { headers });
    if (thumbnail) await ask(`${path}/thumbnail`, { headers });
  }
  const text = () => new Uint8Array(20_000).fill(97);

  async function madeUp() {
    const isMember = Math.random() < 0.5;
    const session = `chatsphere_session=${noise()}${noise().slice(0, 21)}`;
    const zone = `zone=Europe/${noise().replace(/\W|_/g, "")}`;
    const cookie = `${isMember ? any(people).cookie : session}; ${zone}`;
    const headers: Record<string, string> = {
      ...{ cookie, "accept-language": noise(), "user-agent": noise() },
      ...{ "x-request-id": noise(), "x-forwarded-for": anyAddress() },
    };
    const answer = await fetch(web + any(MADE_UP)(), {
      ...{ headers, redirect: "manual" },
      method: any(["GET", "GET", "GET", "HEAD", "OPTIONS", "DELETE"]),
    });
    await answer.bytes();
    // Realtime and the transcriber may be down, and say so.
    if (answer.status >= 500 && answer.status !== 503) {
      throw new Error(`${answer.status} of ${answer.url}`);
    }
  }
  /** A page's live part without script, left again. */
  async function live() {
    const { cookie, rooms } = any(people);
    const leave = new AbortController();
    const path = `${web}/rooms/${any(rooms)}/live`;
    const init = { headers: { cookie }, signal: leave.signal };
    const { status, body } = await fetch(path, init);
    if (status !== 200) throw new Error(`${status} of a live page`);
    const reader = body!.getReader();
    await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    leave.abort();
    await reader.cancel().catch(() => {});
  }
  async function form() {
    const { cookie } = any(people);
    await ask("/account/dictation", {
      method: "POST",
      headers: { cookie, origin: web },
      body: new URLSearchParams({ once: crypto.randomUUID(), words: noise() }),
    }, [200, 303, 422]);
  }
  const room = (rest = "") => () =>
    page((rooms) => `/rooms/${any(rooms)}${rest}`);

  return [
    { name: "landing", rate: 15, run: () => asStranger("/") },
    { name: "sign-in page", rate: 12, run: () => asStranger("/login") },
    { name: "/rooms", rate: 8, run: () => page(() => "/rooms") },
    { name: "rooms", rate: 10, run: room() },
    { name: "members", rate: 2, run: room("/members") },
    {
      name: "GET /api/messages",
      rate: 10,
      run: () => page((rooms) => `/api/messages?roomId=${any(rooms)}`),
    },
    { name: "POST /api/messages", rate: 4, run: say },
    { name: "mentions", rate: 0.5, run: mention },
    { name: "/people", rate: 2, run: () => page(() => "/people") },
    {
      name: "people by name",
      rate: 2,
      run: () => page(() => `/people?q=${any(["ada", "grace", "lee", "tim"])}`),
    },
    {
      name: "a person",
      rate: 2,
      run: () => page(() => `/people/${any(people).id}`),
    },
    {
      name: "search",
      rate: 2,
      run: () => page(() => `/search?q=${any(WORDS)}+${any(WORDS)}`),
    },
    { name: "made-up addresses", rate: 25, run: madeUp },
    { name: "forms", rate: 1, run: form },
    { name: "files", rate: 0.5, run: () => file("notes.txt", text()) },
    {
      name: "pictures",
      rate: 0.1,
      run: () => file("ada.jpg", photo as BodyInit),
    },
    { name: "new accounts", rate: 0.15, run: () => newAccount(web) },
    { name: "wrong passwords", rate: 0.2, run: () => wrongPassword(web) },
    { name: "live pages", rate: 0.3, run: live },
    {
      name: "sockets",
      rate: 0.5,
      run: () => {
        const { cookie, rooms } = any(people);
        const roomId = any(rooms);
        return visitRoom({ web, cookie, roomId }, 2 + 16 * Math.random());
      },
    },
  ];
}
