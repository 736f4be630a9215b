/** A program that uses the API of one instance and the socket of another. */
import type { ClientFrame, ServerFrame } from "../../realtime/protocol.ts";
import { eventually } from "./patience.ts";

/** Somebody's session, to be used at any instance of web. */
export class Program {
  /** The Cookie header of the session, once there is one. */
  cookie = "";

  constructor(readonly person: { name: string; email: string }) {}

  /** Sends JSON and reads JSON; refusals throw with their status and code. */
  // deno-lint-ignore no-explicit-any -- a test says itself what it expects of the answer
  async ask(url: string, method = "GET", body?: unknown): Promise<any> {
    const answer = await fetch(url, {
      method,
      headers: { cookie: this.cookie, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const cookies = answer.headers.getSetCookie();
    if (cookies.length > 0) this.cookie = cookies[0].split(";")[0];
    const value = await answer.json();
    if (answer.ok) return value;
    throw new Error(`${answer.status} ${value.error?.code} of ${url}`);
  }

  register(web: string, selfie: Uint8Array) {
    return this.ask(`${web}/api/registry`, "POST", {
      ...this.person,
      password: "difference engine 1843",
      consent: true,
      faceImage: `data:image/jpeg;base64,${selfie.toBase64()}`,
    });
  }

  /** Confirms the address by the link in an e-mail: the text of one, once there is one. */
  async confirm(web: string, mailed: () => Promise<string | undefined>) {
    const find = async () =>
      /\/confirm\/[\w-]+/.exec(await mailed() ?? "")?.[0];
    const link = await eventually(find, () => "No link came to confirm with");
    const answer = await fetch(web + link, {
      method: "POST",
      redirect: "manual",
      headers: { cookie: this.cookie, origin: web },
      body: new URLSearchParams({ intent: "confirm" }),
    });
    await answer.body?.cancel();
    if (answer.status !== 303) throw new Error(`${answer.status} of ${link}`);
  }

  /** A socket in a room, with a token some instance of web made. */
  async join(web: string, wsUrl: string, roomId: string): Promise<Listener> {
    const { token } = await this.ask(`${web}/api/token`, "POST", {
      audience: "realtime",
    });
    const listener = new Listener(new WebSocket(wsUrl));
    await listener.opened;
    listener.send({ event: "identify", token });
    await listener.next("identified");
    listener.send({ event: "join-room", roomId });
    await listener.next("room-joined");
    return listener;
  }
}

type Named<Name> = Extract<ServerFrame, { event: Name }>;

/** A socket whose frames are waited for by name. */
export class Listener {
  readonly opened: Promise<void>;
  /** The code the socket was closed with. */
  readonly closed: Promise<number>;
  #frames: ServerFrame[] = [];

  constructor(readonly socket: WebSocket) {
    this.opened = new Promise((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = () => reject(new Error("No WebSocket came about"));
    });
    this.closed = new Promise((resolve) => {
      socket.onclose = ({ code }) => resolve(code);
    });
    socket.onmessage = ({ data }) => this.#frames.push(JSON.parse(data));
  }

  send(frame: ClientFrame) {
    this.socket.send(JSON.stringify(frame));
  }

  /** The next frame of that name; others before it are passed over. */
  next<Name extends ServerFrame["event"]>(name: Name): Promise<Named<Name>> {
    const find = () => {
      while (this.#frames.length > 0) {
        const frame = this.#frames.shift()!;
        if (frame.event === name) return frame as Named<Name>;
        if (frame.event === "error") throw new Error(frame.code);
      }
    };
    return eventually(find, () => `No ${name} came`);
  }

  async close() {
    this.socket.close();
    await this.closed;
  }
}
