/** Text that takes the square of its length to look at, wherever a service takes text (issue 13, 2). */
import { type Attack, held, type Outcome } from "../attack.ts";
import { careless, holdsUp } from "../costs.ts";
import { filled } from "../http.ts";
import { newRoom, sendJson } from "../people.ts";
import { joined } from "../wire.ts";
import type { World } from "../world.ts";

/** What is repeated, after a beginning and before an end. */
const HOSTILE: [start: string, part: string, end: string][] = [
  ["http://a/", ".", "x"],
  ["http://a/", ")", "x"],
  ["", "`x", "\n"],
  ["```", "\n", "`"],
  ["", "https://u@a ", ""],
  ["a", "\u0315\u0300\u05ae\u0301", ""],
  ["x", "\u200b", "x"],
  ["", "a.", "@"],
  ["x", " ", "x"],
];
const HARMLESS: typeof HOSTILE[number] = ["", "word and word ", ""];

const textOf = (
  [start, part, end]: typeof HOSTILE[number],
  length: number,
): string =>
  start + part.repeat((length - start.length - end.length) / part.length) + end;

/** A header takes no other characters (RFC 9110 §5.5). */
const inHeader = (text: string) => text.replace(/[^\x20-\x7e]/g, ",");

/** Sends one text where it goes. */
type Send = (world: World, text: string) => Promise<unknown>;

const done = async (answer: Promise<Response>): Promise<void> => {
  await (await answer).body?.cancel();
};

const form = (path: string, name: string): Send => (world, text) =>
  done(fetch(world.web + path, {
    method: "POST",
    headers: { origin: world.appUrl, cookie: world.member.cookie },
    body: new URLSearchParams({ intent: "rename", [name]: text, password: "" }),
    redirect: "manual",
  }));

const signedOutForm = (path: string, name: string): Send => (world, text) =>
  done(fetch(world.web + path, {
    method: "POST",
    headers: { origin: world.appUrl },
    body: new URLSearchParams({ password: "x", [name]: text }),
    redirect: "manual",
  }));

const page = (
  path: string,
  headersOf: (text: string) => Record<string, string> = () => ({}),
): Send =>
(world, text) =>
  done(fetch(
    world.web + filled(path, world)
      .replace("{text}", encodeURIComponent(text)),
    {
      headers: { cookie: world.member.cookie, ...headersOf(inHeader(text)) },
      redirect: "manual",
    },
  ));

/** Headers that some code of ours looks at, in what is asked for a file. */
const READ = [
  ...["accept", "accept-encoding", "content-type", "origin", "range"],
  ...["forwarded", "if-range", "referer", "sec-fetch-dest", "user-agent"],
  ...["x-request-id", "authorization", "sec-websocket-protocol"],
];

const MANY = 12_000;
/** Parts of one form. */
const PARTS = 20;

/** Where text goes in → how long it may be there, and how it is sent. */
const PLACES: Record<string, [length: number, send: Send]> = {
  "the e-mail of a forgotten password": [
    MANY,
    signedOutForm("/login/forgot", "email"),
  ],
  "the name of a registration": [MANY, signedOutForm("/register", "name")],
  "the password of a registration": [
    MANY,
    signedOutForm("/register", "password"),
  ],
  "a new name": [MANY, form("/account", "name")],
  "a message too long": [
    MANY,
    (world, text) =>
      done(sendJson(`${world.web}/api/messages`, {
        ...{ roomId: world.roomId, clientId: "costly" },
        content: text,
      }, world.member.cookie)),
  ],
  "the query of a search": [2_000, page("/rooms/{room}/search?q={text}")],
  "the query of a search in all rooms": [2_000, page("/search?q={text}")],
  "where to go on after signing in": [2_000, page("/login?next=/{text}")],
  "Accept-Language": [
    MANY,
    page("/rooms", (text) => ({
      "accept-language": text,
    })),
  ],
  "the zone in a cookie": [MANY, (world, text) =>
    page("/rooms", () => ({
      cookie: `zone=${
        inHeader(text).replaceAll(";", ",")
      }; ${world.member.cookie}`,
    }))(world, text)],
  "X-Forwarded-For": [
    MANY,
    page("/rooms", (text) => ({
      "x-forwarded-for": text,
    })),
  ],
  "If-None-Match, for a file": [
    30_000,
    page("/rooms/{room}/files/{file}", (text) => ({ "if-none-match": text })),
  ],
  "every other header, for a file": [MANY, async (world, text) => {
    for (const name of READ) {
      await page("/rooms/{room}/files/{file}", (text) => ({ [name]: text }))(
        world,
        text,
      );
    }
  }],
  "the type of a form": [
    MANY,
    (world, text) =>
      done(fetch(`${world.web}/login`, {
        method: "POST",
        headers: {
          origin: world.appUrl,
          "content-type": `multipart/form-data; boundary=${inHeader(text)}`,
        },
        body: "x",
        redirect: "manual",
      })),
  ],
  "the headers of a form's parts": [
    MANY,
    (world, text) =>
      done(fetch(`${world.web}/register`, {
        method: "POST",
        headers: {
          origin: world.appUrl,
          "content-type": "multipart/form-data; boundary=b",
        },
        body:
          `--b\r\nContent-Disposition: form-data; name="${
            inHeader(text)
          }"\r\n\r\nx\r\n`.repeat(PARTS) + "--b--\r\n",
        redirect: "manual",
      })),
  ],
  "the language of a recording": [2_000, async (world, text) =>
    done(fetch(
      `${world.transcriber}/transcribe?language=${encodeURIComponent(text)}`,
      {
        method: "POST",
        headers: {
          authorization: `Bearer ${await world.token(
            world.member,
            "transcriber",
          )}`,
          "content-type": "audio/wav",
        },
        body: "x",
      },
    ))],
  "a token for realtime": [
    MANY,
    (world, text) =>
      done(fetch(`${world.realtime}/rooms/${world.roomId}/messages`, {
        headers: { authorization: `Bearer ${inHeader(text)}` },
      })),
  ],
};

/** The first of these texts by which somebody is held up, if any. */
async function heldUpBy(
  texts: string[],
  send: (text: string) => Promise<unknown>,
): Promise<Outcome> {
  for (const text of texts) {
    const harmless = textOf(HARMLESS, text.length);
    const outcome = await holdsUp(() => send(text), () => send(harmless));
    if (!outcome.held) return outcome;
  }
  return held();
}

const hostileOf = (length: number) => HOSTILE.map((it) => textOf(it, length));

/** Looked at by the same functions as others: for a whole run alone. */
const ALIKE = [
  "the e-mail of a forgotten password",
  "the password of a registration",
  "where to go on after signing in",
  "the zone in a cookie",
  "X-Forwarded-For",
  "the language of a recording",
  "a token for realtime",
  "the name of a registration",
  "a message too long",
  "the query of a search",
  "the type of a form",
  "every other header, for a file",
];

const places = Object.entries(PLACES).map((
  [where, [length, send]],
): Attack => ({
  name: `text that is costly to look at: ${where}`,
  run: (world) => heldUpBy(hostileOf(length), (text) => send(world, text)),
  undone: careless,
  ...(ALIKE.includes(where) ? { slow: true } : {}),
}));

/** Messages of each kind; there are pages of fifty. */
const EACH = 2;
const LENGTH = 3_990;

/** A room of messages with these texts. */
async function roomOf(world: World, texts: string[]): Promise<string> {
  const roomId = await newRoom({ ...world, owner: world.outsider }, "Costly");
  for (const content of texts) {
    const clientId = crypto.randomUUID();
    const draft = {
      roomId,
      clientId,
      content: `engines ${content}`.slice(0, 4_000),
    };
    for (;;) {
      const { cookie } = world.outsider;
      const answer = await sendJson(`${world.web}/api/messages`, draft, cookie);
      await answer.body?.cancel();
      if (answer.status !== 429) break;
      await new Promise((later) => setTimeout(later, 250));
    }
  }
  return roomId;
}

const pages: Attack = {
  name: "text that is costly to look at: pages of hostile messages",
  async run(world) {
    const texts = HOSTILE.flatMap((it) => Array(EACH).fill(textOf(it, LENGTH)));
    const bad = await roomOf(world, texts);
    const good = await roomOf(
      world,
      texts.map(() => textOf(HARMLESS, LENGTH)),
    );
    const look = (path: string) => async () => {
      const { cookie } = world.outsider;
      const answer = await fetch(world.web + path, { headers: { cookie } });
      await answer.text();
    };
    for (const path of ["", "/search?q=engines", "/around/1"]) {
      const [hostile, harmless] = [bad, good].map((id) =>
        look(`/rooms/${id}${path}`)
      );
      const outcome = await holdsUp(hostile, harmless);
      if (!outcome.held) return outcome;
    }
    return held();
  },
  undone: careless,
};

const frames: Attack = {
  name: "text that is costly to look at: frames to realtime",
  async run(world) {
    const roomId = await newRoom({ ...world, owner: world.outsider }, "Frames");
    const token = await world.token(world.outsider);
    await using wire = await joined(world, token, roomId);
    return await heldUpBy(hostileOf(15_000), async (content) => {
      const message = { clientId: "c", content };
      wire.send({ event: "chat-message", roomId, message });
      await wire.next("error", "message-ack", "new-message");
    });
  },
  undone: careless,
};

export const costly: Attack[] = [...places, pages, frames];
