/** A server, a network and a clock in the hands of a test of the queue; nothing really waits. */
import type {
  ClientFrame,
  EntryFrame,
  ServerFrame,
} from "../../../../realtime/protocol.ts";

/** A clock that goes on when it is told to, in place of the real one. */
class Clock {
  now = Date.now();
  #timers = new Map<number, { at: number; work: () => void }>();
  #last = 0;
  #real = { setTimeout, clearTimeout, now: Date.now };

  constructor() {
    const set = (work: () => void, wait = 0) => {
      this.#timers.set(++this.#last, { at: this.now + wait, work });
      return this.#last;
    };
    const clear = (id: number) => this.#timers.delete(id);
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
    Date.now = () => this.now;
  }

  tick(ms: number) {
    const end = this.now + ms;
    for (;;) {
      const [due] = [...this.#timers].filter(([, { at }]) => at <= end)
        .sort(([, a], [, b]) => a.at - b.at);
      if (!due) break;
      const [id, { at, work }] = due;
      this.#timers.delete(id);
      this.now = Math.max(this.now, at);
      work();
    }
    this.now = end;
  }

  restore() {
    const { now, ...timers } = this.#real;
    Object.assign(globalThis, timers);
    Date.now = now;
  }
}

type Act = Extract<ClientFrame, { event: "chat-message" | "react" }>;

const idOf = (frame: Act) =>
  frame.event === "chat-message" ? frame.message.clientId : frame.clientId;

class Wire {
  readyState = 0;
  onopen = () => {};
  onmessage = (_: { data: string }) => {};
  onclose = (_: { code: number; reason: string }) => {};
  /** Frames on their way to the client. */
  frames: ServerFrame[] = [];

  constructor(readonly server: QueueServer) {
    server.wires.push(this);
  }

  send(text: string) {
    this.server.receive(this, JSON.parse(text));
  }

  close() {
    this.readyState = 3;
  }
}

/** Takes or refuses what comes only when the test says so. */
export class QueueServer {
  readonly url = "ws://queue";
  readonly time = new Clock();
  readonly wires: Wire[] = [];
  /** Whether there is a network. */
  up = true;
  readonly #log: EntryFrame[] = [];
  readonly #acts: Act[] = [];
  readonly #inbox: { wire: Wire; frame: Act }[] = [];
  readonly #bad = new Set<string>();
  readonly #real = globalThis.WebSocket;

  constructor() {
    // deno-lint-ignore no-this-alias -- a class inside has a `this` of its own
    const server = this;
    const Socket = class extends Wire {
      constructor() {
        super(server);
      }
    };
    Object.assign(globalThis, { WebSocket: Socket });
  }

  /** The clientIds of what is stored, in order. */
  get stored() {
    return this.#acts.map(idOf);
  }

  get events() {
    return this.#acts.map(({ event }) => event);
  }

  get contents() {
    return this.#acts.map((act) =>
      act.event === "chat-message" ? act.message.content : act.event
    );
  }

  get waiting() {
    return this.#inbox.length;
  }

  receive(wire: Wire, frame: ClientFrame) {
    if (frame.event === "identify") {
      wire.frames.push(
        { event: "identified", userId: "me", expiresAt: 0 },
      );
    } else if (frame.event === "join-room") {
      const offset = this.#log.length;
      const entries = this.#log.slice(frame.since!.offset);
      wire.frames.push({
        event: "room-joined",
        roomId: "room",
        epoch: "1",
        offset,
        recovered: true,
        messages: [],
        entries,
        online: [],
        read: 0,
      });
    } else this.#inbox.push({ wire, frame: frame as Act });
  }

  /** Stores the next of what came; gives its id. */
  take(answered = true): string | undefined {
    const { wire, frame } = this.#inbox.shift() ?? {};
    if (!wire || !frame) return;
    const clientId = idOf(frame);
    if (this.#bad.has(clientId)) {
      this.#say(wire, clientId, false);
      return clientId;
    }
    const at = this.stored.indexOf(clientId);
    if (at < 0) {
      this.#acts.push(frame);
      const entry = this.#entry(frame);
      this.#log.push(entry);
      if (!answered) this.cut();
      for (const { frames } of this.wires) frames.push(entry);
    } else {
      const offset = at + 1;
      const ack = { clientId, id: `m${offset}`, roomId: "room", timestamp: 1 };
      wire.frames.push({ event: "message-ack", ...ack, offset });
    }
    return clientId;
  }

  /** Refuses the next of what came, unless it is stored; gives its id. */
  refuse(retryable: boolean): string | undefined {
    const [next] = this.#inbox;
    if (!next) return;
    const clientId = idOf(next.frame);
    if (this.stored.includes(clientId)) return void this.take();
    if (!retryable) this.#bad.add(clientId);
    if (this.#bad.has(clientId)) return this.take();
    this.#inbox.shift();
    this.#say(next.wire, clientId, true);
  }

  #say(wire: Wire, ref: string, retryable: boolean) {
    const message = "No.";
    wire.frames.push({ event: "error", code: "no", message, retryable, ref });
  }

  #entry(frame: Act): EntryFrame {
    const offset = this.#log.length + 1;
    const at = { roomId: "room", epoch: "1", offset, timestamp: 1 };
    const sender = { id: "me", name: "Me" };
    if (frame.event !== "chat-message") {
      return { ...frame, ...at, event: "reaction", sender };
    }
    const message = { ...frame.message, id: `m${offset}`, sender };
    return {
      ...{ event: "new-message", roomId: "room", epoch: "1", offset },
      message: { ...message, timestamp: 1, offset },
    } as EntryFrame;
  }

  /** Ends every connection; what has come on them may yet be taken. */
  cut() {
    for (const wire of this.wires) {
      if (wire.readyState > 1) continue;
      wire.readyState = 3;
      wire.onclose({ code: 1006, reason: "" });
    }
  }

  /** Opens connections and passes on all that is on its way. */
  settle() {
    this.time.tick(0);
    if (!this.up) return this.cut();
    for (let busy = true; busy;) {
      busy = false;
      for (const wire of this.wires) {
        if (wire.readyState === 0) {
          wire.readyState = 1;
          wire.onopen();
        }
        const frame = wire.frames.shift();
        if (!frame) continue;
        busy = true;
        if (wire.readyState === 1) {
          wire.onmessage({ data: JSON.stringify(frame) });
        }
      }
    }
  }

  [Symbol.dispose]() {
    this.time.restore();
    Object.assign(globalThis, { WebSocket: this.#real });
  }
}
