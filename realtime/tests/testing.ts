import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tokenVerifier } from "../access/tokens.ts";
import { type Config, readConfig } from "../config.ts";
import { SqliteLog } from "../log/sqlite/log.ts";
import type { Role, ServerFrame } from "../protocol.ts";
import type { MemberList } from "../protocol-http.ts";
import { type Parts, type Realtime, startServer } from "../server.ts";
import { Membership } from "./testing-membership.ts";

/** A stand-in for web: it publishes its keys, and tells who is in a room. */
export interface Issuer {
  url: string;
  membership: Membership;
  /** A person's token; they are made a member of the rooms first. */
  personToken(
    sub: string,
    rooms: Record<string, Role>,
    claims?: JWTPayload,
  ): Promise<string>;
  serviceToken(): Promise<string>;
  sign(claims: JWTPayload, header?: Record<string, string>): Promise<string>;
  stop(): void;
}

/** Makes a key and publishes its public half on a free port. */
export async function startIssuer(): Promise<Issuer> {
  const { privateKey, publicKey } = await generateKeyPair("EdDSA");
  const jwk = { ...await exportJWK(publicKey), kid: "k1", alg: "EdDSA" };
  const membership = new Membership();
  const server = Bun.serve({
    port: 0,
    fetch: (request) =>
      new URL(request.url).pathname === "/api/internal/members"
        ? membership.answer(request)
        : Response.json({ keys: [jwk] }),
  });
  const url = `http://localhost:${server.port}`;
  const sign: Issuer["sign"] = (claims, header) => {
    const now = Math.floor(Date.now() / 1000);
    const payload = { iss: url, aud: "realtime", iat: now, exp: now + 300 };
    return new SignJWT({ ...payload, ...claims })
      .setProtectedHeader({ alg: "EdDSA", kid: "k1", ...header })
      .sign(privateKey);
  };
  return {
    url,
    membership,
    sign,
    personToken: (sub, rooms, claims) => {
      for (const [room, role] of Object.entries(rooms)) {
        membership.add(room, sub, role);
      }
      return sign({ sub, name: `Name of ${sub}`, ...claims });
    },
    serviceToken: () => sign({ scope: "service" }),
    stop: () => void server.stop(true),
  };
}

type Frame<E extends ServerFrame["event"]> = Extract<ServerFrame, { event: E }>;

/** A socket that keeps every frame it got, for tests. */
export class TestClient {
  readonly frames: ServerFrame[] = [];
  readonly opened: Promise<void>;
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #socket: WebSocket;
  #wake: (() => void)[] = [];
  #taken = 0;

  constructor(port: number, headers?: Record<string, string>) {
    // Bun's own option: headers a browser would set by itself.
    const options = { headers } as unknown as string[];
    this.#socket = new WebSocket(`ws://127.0.0.1:${port}/`, options);
    this.opened = new Promise((resolve, reject) => {
      this.#socket.addEventListener("open", () => resolve());
      this.#socket.addEventListener(
        "error",
        () => reject(new Error("refused")),
      );
    });
    this.closed = new Promise((resolve) => {
      this.#socket.addEventListener("close", ({ code, reason }) => {
        resolve({ code, reason });
        this.#notify();
      });
    });
    // A test that does not look at the refusal must not fail for it.
    this.opened.catch(() => {});
    this.#socket.addEventListener("message", ({ data }) => {
      this.frames.push(JSON.parse(String(data)) as ServerFrame);
      this.#notify();
    });
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = [];
    for (const go of wake) go();
  }

  send(frame: unknown): void {
    this.sendRaw(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  sendRaw(data: string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(data);
  }

  /** The next frame of an event, after the one last awaited; others are skipped. */
  async next<E extends ServerFrame["event"]>(
    event: E,
    matches: (frame: Frame<E>) => boolean = () => true,
  ): Promise<Frame<E>> {
    for (;;) {
      for (; this.#taken < this.frames.length; this.#taken += 1) {
        const frame = this.frames[this.#taken];
        if (frame?.event !== event || !matches(frame as Frame<E>)) continue;
        this.#taken += 1;
        return frame as Frame<E>;
      }
      if (this.#socket.readyState >= WebSocket.CLOSING) {
        throw new Error(`closed before ${event}`);
      }
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  async identify(token: string): Promise<Frame<"identified">> {
    await this.opened;
    this.send({ event: "identify", token });
    return this.next("identified");
  }

  join(
    roomId: string,
    since?: { epoch: string; offset: number },
    echo?: boolean,
  ) {
    this.send({ event: "join-room", roomId, since, echo });
    return this.next("room-joined", (frame) => frame.roomId === roomId);
  }

  chat(roomId: string, clientId: string, content: string): void {
    const message = { clientId, content };
    this.send({ event: "chat-message", roomId, message });
  }

  close(): void {
    this.#socket.close();
  }
}

/** A server on a free port with an issuer of its own. */
export interface TestServer extends Realtime {
  issuer: Issuer;
  folder: string;
  /** Connects and identifies, as a plain member of the rooms. */
  connect(user: string, ...rooms: string[]): Promise<TestClient>;
  /** The same, and joins them. */
  enter(user: string, ...rooms: string[]): Promise<TestClient>;
  /** Hands the members of a room over, as web does. */
  handOver(room: string, list: MemberList): Promise<Response>;
  /** Calls the HTTP side with a person's or the service's token. */
  call(
    path: string,
    token: string,
    init?: RequestInit & { headers?: Record<string, string> },
  ): Promise<Response>;
  stop(): Promise<void>;
}

/** Starts a server on SQLite in a temporary folder, or on the log given. */
export async function startTestServer(
  options: Partial<Config> & {
    openLog?: Parts["openLog"];
    logger?: Parts["logger"];
    nudge?: Parts["nudge"];
    issuer?: Issuer;
    tell?: Parts["tell"];
  } = {},
): Promise<TestServer> {
  const issuer = options.issuer ?? await startIssuer();
  const folder = mkdtempSync(join(tmpdir(), "realtime-"));
  const config = readConfig({ APP_URL: issuer.url, DATA_DIR: folder });
  const server = await startServer({ ...config, port: 0, ...options }, {
    openLog: (listener) => new SqliteLog(folder, listener),
    verify: tokenVerifier(issuer.url),
    logger: options.logger ?? (() => {}),
    ...(options.openLog ? { openLog: options.openLog } : {}),
    tell: options.tell ?? (() => {}),
    ...(options.nudge ? { nudge: options.nudge } : {}),
  });
  const connect = async (user: string, ...rooms: string[]) => {
    const client = new TestClient(server.port);
    const roles = rooms.map((id) => [id, "member" as const]);
    const token = issuer.personToken(user, Object.fromEntries(roles));
    await client.identify(await token);
    return client;
  };
  const call: TestServer["call"] = (path, token, init) =>
    fetch(`http://127.0.0.1:${server.port}${path}`, {
      ...init,
      headers: { ...init?.headers, authorization: `Bearer ${token}` },
    });
  return {
    ...server,
    issuer,
    folder,
    connect,
    async enter(user, ...rooms) {
      const client = await connect(user, ...rooms);
      for (const room of rooms) await client.join(room);
      return client;
    },
    call,
    handOver: async (room, list) =>
      call(`/rooms/${room}/members`, await issuer.serviceToken(), {
        method: "PUT",
        body: JSON.stringify(list),
      }),
    async stop() {
      await server.drain();
      if (!options.issuer) issuer.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
