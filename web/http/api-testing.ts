import { App } from "fresh";
import { LIMITS } from "../../realtime/protocol.ts";
import type { Message } from "../../realtime/protocol.ts";
import * as accounts from "../accounts/testing.ts";
import { AppError } from "../errors.ts";
import * as jwks from "../routes/.well-known/jwks.json.ts";
import { handler as errorHandler } from "../routes/_error.tsx";
import sameOrigin from "../routes/api/_middleware.ts";
import * as chat from "../routes/api/chat.ts";
import * as invitations from "../routes/api/invitations.ts";
import * as login from "../routes/api/login.ts";
import * as messages from "../routes/api/messages.ts";
import * as registry from "../routes/api/registry.ts";
import * as token from "../routes/api/token.ts";
import * as healthz from "../routes/healthz.ts";
import * as readyz from "../routes/readyz.ts";
import type { RoomLog, Services } from "../services.ts";
import { createSigner } from "../tokens/signer.ts";
import type { State } from "../utils.ts";
import { withPerson, withServices } from "./person.ts";
import { sameSite } from "./security.ts";

export const APP_URL = "http://localhost:8000";

/** A picture as the API takes it, of whoever is called so. */
export const faceOf = (name: string): string =>
  `data:image/jpeg;base64,${accounts.selfieOf(name).toBase64()}`;

/** The JSON of an answer, as far as tests look into it. */
// deno-lint-ignore no-explicit-any -- a test says itself what it expects of the answer
type Json = any;

export interface Answer {
  status: number;
  headers: Headers;
  body: Json;
}

/** A program, or a browser, with the cookies it was given. */
export interface Client {
  cookies: Map<string, string>;
  send(
    method: string,
    path: string,
    body?: unknown,
    headers?: HeadersInit,
  ): Promise<Answer>;
}

export interface Stage extends Omit<accounts.Stage, "s"> {
  s: Services;
  /** Realtime cannot be reached, while set. */
  down: { realtime: boolean };
  /** Somebody who is not signed in. */
  stranger(): Client;
  /** Somebody who has just registered. */
  newcomer(name: string): Promise<Client>;
}

const realtimeDown = () =>
  new AppError({ code: "realtime-down", status: 503, message: "Later." });
const notFound = () =>
  new AppError({ code: "not-found", status: 404, message: "No room." });

/** A room log in memory, with realtime's rules as far as the API shows them. */
function memoryLog(down: { realtime: boolean }): RoomLog {
  const logs = new Map<string, Message[]>();
  const open = (roles: object, roomId: string): Message[] => {
    if (down.realtime) throw realtimeDown();
    if (!Object.hasOwn(roles, roomId)) throw notFound();
    return logs.getOrInsert(roomId, []);
  };
  const isIn = (
    { offset }: Message,
    { before = Infinity, after = 0 }: { before?: number; after?: number },
  ) => offset > after && offset < before;
  return {
    async history(_account, roles, roomId, page) {
      const log = await open(roles, roomId);
      const limit = page.limit ?? 50;
      const found = log.filter((message) => isIn(message, page));
      const messages = page.after === undefined
        ? found.slice(-limit)
        : found.slice(0, limit);
      return { messages, epoch: "e1", offset: log.length };
    },
    async post({ id, name }, roles, roomId, { clientId, content }) {
      const log = await open(roles, roomId);
      const first = log.find((message) => message.clientId === clientId);
      if (first) return first;
      if (content === "" || content.length > LIMITS.contentLength) {
        const message = "A message has 1 to 4,000 characters.";
        throw new AppError({ code: "content-length", status: 422, message });
      }
      const offset = log.length + 1;
      const message: Message = {
        id: `m${offset}`,
        clientId,
        sender: { id, name },
        content,
        timestamp: Date.now(),
        offset,
      };
      log.push(message);
      return message;
    },
    summaries: (_account, roles) => {
      if (down.realtime) return Promise.reject(realtimeDown());
      const entries = Object.keys(roles).map((roomId) => {
        const log = logs.get(roomId) ?? [];
        const last = log.at(-1) ?? null;
        const offset = log.length;
        return [roomId, { epoch: "e1", offset, read: 0, unread: 0, last }];
      });
      return Promise.resolve(Object.fromEntries(entries));
    },
    markRead: () => Promise.resolve(),
    membershipChanged: () => Promise.resolve(),
    stream: () => Promise.reject(realtimeDown()),
  };
}

/** The app with the API's routes alone: they need no build. */
const appOf = (s: Services) =>
  new App<State>()
    .onError("*", { handler: errorHandler })
    .use(withServices(() => Promise.resolve(s)), withPerson, sameSite)
    .use("/api", sameOrigin)
    .route("/api/registry", registry)
    .route("/api/login", login)
    .route("/api/chat", chat)
    .route("/api/invitations", invitations)
    .route("/api/messages", messages)
    .route("/api/token", token)
    .route("/.well-known/jwks.json", jwks)
    .route("/healthz", healthz)
    .route("/readyz", readyz)
    .handler();

function clientOf(handle: ReturnType<typeof appOf>): Client {
  const cookies = new Map<string, string>();
  return {
    cookies,
    async send(method, path, body, init) {
      const headers = new Headers(init);
      const jar = [...cookies].map(([name, value]) => `${name}=${value}`);
      if (jar.length > 0) headers.set("cookie", jar.join("; "));
      const isRaw = body === undefined || typeof body === "string" ||
        body instanceof Uint8Array;
      if (body !== undefined && !headers.has("content-type")) {
        headers.set("content-type", "application/json");
      }
      const answer = await handle(
        new Request(APP_URL + path, {
          method,
          headers,
          body: isRaw ? body as BodyInit : JSON.stringify(body),
        }),
      );
      for (const line of answer.headers.getSetCookie()) {
        const [, name, value] = line.match(/^([^=]+)=([^;]*)/) ?? [];
        if (value) cookies.set(name, value);
        else cookies.delete(name);
      }
      const text = await answer.text();
      const { status } = answer;
      return { status, headers: answer.headers, body: JSON.parse(text) };
    },
  };
}

/** Runs a test against the API, with services of its own. */
export const onStage = (test: (stage: Stage) => Promise<void>) =>
  accounts.onStage(async ({ s: own, ...stage }) => {
    const down = { realtime: false };
    const s: Services = {
      ...own,
      config: {
        appUrl: APP_URL,
        port: 8000,
        wsUrl: "ws://localhost:8080",
        realtimeUrl: "http://localhost:8080",
        transcriberUrl: "http://localhost:8090",
        dataDir: "",
        mail: { kind: "outbox" },
        mailFrom: "ChatSphere <chatsphere@localhost>",
        secure: false,
        local: true,
      },
      signer: await createSigner(own.kv, { issuer: APP_URL }),
      roomLog: memoryLog(down),
    };
    const handle = appOf(s);
    const stranger = () => clientOf(handle);
    await test({
      ...stage,
      s,
      down,
      stranger,
      async newcomer(name) {
        const client = stranger();
        const { status } = await client.send("POST", "/api/registry", {
          name,
          email: `${name.toLowerCase()}@example.com`,
          password: accounts.PASSWORD,
          faceImage: faceOf(name),
          consent: true,
        });
        if (status !== 201) throw new Error(`${name} could not register`);
        return client;
      },
    });
  });

/** The code in the link of the newest e-mail. */
export function newestCode({ mails }: Pick<Stage, "mails">): string {
  const code = mails.at(-1)?.text.match(/\/invitations\/(\S+)/)?.[1];
  if (code === undefined) throw new Error("The e-mail has no link");
  return code;
}
