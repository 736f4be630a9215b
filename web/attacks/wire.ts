/** A socket of whoever attacks: any origin, any first frame. */
import { PATIENCE } from "../e2e/patience.ts";
import type { World } from "./world.ts";

// deno-lint-ignore no-explicit-any -- an attack says itself what it looks for in a frame
export type Frame = Record<string, any>;

/** What came next: a frame, or the close code. */
export type Next = { frame: Frame } | { closed: number };

/** Opens a socket with headers a browser would set by itself, by Deno's own option. */
export const openSocket = (
  url: string,
  headers: Record<string, string>,
): WebSocket => new WebSocket(url, { headers } as unknown as string[]);

export class Wire implements AsyncDisposable {
  readonly opened: Promise<boolean>;
  readonly socket: WebSocket;
  #came: Next[] = [];
  #wake = () => {};

  constructor(url: string, headers: Record<string, string> = {}) {
    this.socket = openSocket(url.replace(/^http/, "ws"), headers);
    this.opened = new Promise((resolve) => {
      this.socket.onopen = () => resolve(true);
      this.socket.onerror = () => resolve(false);
    });
    this.socket.onmessage = ({ data }) => {
      this.#put({ frame: JSON.parse(data) });
    };
    this.socket.onclose = ({ code }) => this.#put({ closed: code });
  }

  #put(next: Next) {
    this.#came.push(next);
    this.#wake();
  }

  send(frame: unknown) {
    // Closed meanwhile: what comes next says so.
    if (this.socket.readyState !== WebSocket.OPEN) return;
    this.socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  /**
   * The next frame of one of these events, or the close; others are passed over.
   *
   * @throws Error when neither comes.
   */
  async next(...events: string[]): Promise<Next> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#wake();
    }, PATIENCE / 3);
    try {
      while (!late) {
        const next = this.#came.shift();
        if (next && ("closed" in next || events.includes(next.frame.event))) {
          return next;
        }
        if (next) continue;
        await new Promise<void>((resolve) => this.#wake = resolve);
      }
      throw new Error(`None of ${events} came.`);
    } finally {
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose]() {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise<void>((resolve) => {
      this.socket.addEventListener("close", () => resolve());
    });
    this.socket.close();
    await closed;
  }
}

/** The first answer to a frame: done, refused or closed. */
export async function answerTo(wire: Wire, frame: unknown): Promise<Next> {
  wire.send(frame);
  return await wire.next(
    "error",
    "identified",
    "room-joined",
    "message-ack",
    "new-message",
    "message-edited",
    "message-deleted",
    "reaction",
    "read",
  );
}

/** Whether what came is a refusal. */
export const isRefusal = (next: Next): boolean =>
  "closed" in next || next.frame.event === "error";

/** A socket of a person who is in, past the room's first window. */
export async function joined(
  world: World,
  token: string,
  roomId = world.roomId,
): Promise<Wire> {
  const wire = new Wire(world.realtime);
  await wire.opened;
  wire.send({ event: "identify", token });
  await wire.next("identified");
  wire.send({ event: "join-room", roomId });
  await wire.next("room-joined");
  return wire;
}
