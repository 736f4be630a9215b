/** Services of one checkout, with two people, their rooms and what they wrote, made over HTTP. */
import { selfieOf } from "../../faces/test-photos.ts";
import type { Stack } from "../../e2e/stack.ts";

/** Rooms in the sidebar, and messages in each of the two that are opened. */
export const SHAPE = { rooms: 20, messages: 50 };

export interface Stage {
  url: string;
  /** The session of whoever opens the rooms. */
  session: { name: string; value: string };
  /** Paths of the two rooms that hold messages, all of them read. */
  rooms: [string, string];
  /** Asks over HTTP as the other person in both. */
  other: Say;
  close(): Promise<void>;
}

const PASSWORD = "a long password for a bench";
const PEOPLE = [["Ada Lovelace", "ada"], ["Grace Hopper", "grace"]] as const;
/** Between two tries of what was refused for coming too fast: ms. */
const AGAIN = 500;

/** POST with a body, else GET. */
export type Say = (path: string, body?: unknown) => Promise<Response>;

/** A program that is signed in by its cookie, once it has one. */
function program(url: string): { say: Say; cookie(): string } {
  let cookie = "";
  return {
    cookie: () => cookie,
    async say(path, body) {
      for (;;) {
        const isForm = body instanceof URLSearchParams;
        const answer = await fetch(url + path, {
          method: body === undefined ? "GET" : "POST",
          headers: {
            origin: url,
            cookie,
            ...isForm ? {} : { "content-type": "application/json" },
          },
          body: isForm || body === undefined ? body : JSON.stringify(body),
          redirect: "manual",
        });
        const [given] = answer.headers.getSetCookie()
          .filter((line) => line.includes("session"));
        if (given) cookie = given.split(";")[0];
        if (answer.status !== 429) return answer;
        await answer.body?.cancel();
        await new Promise((done) => setTimeout(done, AGAIN));
      }
    },
  };
}

async function registered(url: string, name: string, face: "ada" | "grace") {
  const { say, cookie } = program(url);
  const photo = await selfieOf(face, "front");
  const answer = await say("/api/registry", {
    name,
    email: `${face}@example.com`,
    password: PASSWORD,
    faceImage: `data:image/jpeg;base64,${photo.toBase64()}`,
    consent: true,
  });
  if (answer.status !== 201) throw new Error(await answer.text());
  return { say, cookie };
}

/** Opens the link that was mailed, as it is in the outbox of this machine. */
async function confirm(say: Say, email: string) {
  const list = await (await say("/outbox")).text();
  for (const [, mail] of list.matchAll(/href="(\/outbox\/[^"]+)"/g)) {
    const text = await (await say(mail)).text();
    const link = text.includes(email) && text.match(/\/confirm\/[\w-]+/);
    if (!link) continue;
    await (await say(link[0], new URLSearchParams({ intent: "confirm" })))
      .text();
    return;
  }
  throw new Error(`No e-mail to ${email} in the outbox`);
}

/** Text of every length and kind that people write. */
const textOf = (at: number): string =>
  [
    `Number ${at}: shall we meet at noon?`,
    `Yes. ${
      "It is a long way, and the oven comes on Thursday. ".repeat(at % 5)
    }`,
    `See https://example.com/a/${at} and *all* of \`what(${at})\` says`,
    "Good!",
  ][at % 4];

/** Starts the services of a checkout and fills them. */
export async function openStage(checkout: string): Promise<Stage> {
  const { startStack } = await import(`file://${checkout}/web/e2e/stack.ts`);
  const stack: Stack = await startStack();
  try {
    const [ada, grace] = await Promise.all(
      PEOPLE.map(([name, face]) => registered(stack.url, name, face)),
    );
    await confirm(ada.say, "ada@example.com");
    await confirm(grace.say, "grace@example.com");
    const ids: string[] = [];
    for (let at = 0; at < SHAPE.rooms; at++) {
      const kind = at < 2 ? "open" : "closed";
      const made = await ada.say("/api/chat", { name: `Room ${at + 1}`, kind });
      const answer = await made.json();
      ids.push(answer.room?.id ?? answer.id);
    }
    const rooms = ids.slice(0, 2);
    for (const roomId of rooms) {
      await (await grace.say("/api/open-rooms", { roomId })).json();
      for (let at = 0; at < SHAPE.messages; at++) {
        const { say } = at % 5 < 3 ? ada : grace;
        const message = {
          roomId,
          clientId: `bench-${at}`,
          content: textOf(at),
        };
        const answer = await say("/api/messages", message);
        if (answer.status !== 201) throw new Error(await answer.text());
        await answer.body?.cancel();
      }
    }
    const [name, value] = ada.cookie().split("=");
    return {
      url: stack.url,
      session: { name, value },
      rooms: [`/rooms/${rooms[0]}`, `/rooms/${rooms[1]}`],
      other: grace.say,
      close: () => stack.close(),
    };
  } catch (error) {
    await stack.close();
    throw error;
  }
}
