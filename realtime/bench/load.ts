import type { Dialect } from "./dialect.ts";
import { Wire, type WireOwner } from "./wire.ts";

/** What is asked of a server. */
export interface Shape {
  rooms: number;
  /** Clients of each room. */
  members: number;
  /** How many of them send. */
  senders: number;
  /** Messages each sender has under way. */
  window: number;
}

/** What came of it. */
export interface Load {
  deliveries: number;
  seconds: number;
  /** Milliseconds from sending a message to receiving it oneself. */
  p50: number;
  p99: number;
  lost: number;
  duplicated: number;
}

const CONTENT = "The quick brown fox jumps over the lazy dog, and then again.";
/** Every how manyth message is timed. */
const SAMPLE = 16;

class Client implements WireOwner {
  readonly wire = new Wire(this);
  received = 0;
  ready = false;
  #step = 0;
  #sent = 0;
  #sending = false;
  #sentAt = new Map<string, number>();

  constructor(
    readonly crowd: Crowd,
    readonly room: Room,
    readonly name: string,
    readonly token: string,
  ) {}

  opened(): void {
    const { dialect } = this.crowd;
    for (;;) {
      const text = dialect.greet(this.#step, this.room.id, this.token);
      if (text === undefined) break;
      this.#step += 1;
      this.wire.send(text);
    }
    if (dialect.ready === "") this.#becomeReady();
  }

  #becomeReady(): void {
    this.ready = true;
    this.crowd.ready += 1;
  }

  closed(): void {
    this.crowd.closed += 1;
  }

  frame(bytes: Buffer, start: number, end: number): void {
    const { dialect, mark } = this.crowd;
    if (startsWith(bytes, start, mark)) {
      this.received += 1;
      this.crowd.deliveries += 1;
      if (this.#sending) this.#look(bytes, start, end);
    } else if (!this.ready) {
      const text = bytes.toString("utf8", start, start + dialect.ready.length);
      if (text === dialect.ready) this.#becomeReady();
    } else if (end - start === 1 && bytes[start] === 50) this.wire.send("3");
  }

  /** Sends the next message when one of its own comes back. */
  #look(bytes: Buffer, start: number, end: number): void {
    const at = bytes.indexOf('"clientId":"', start + 20) + 12;
    const stop = bytes.indexOf(45, at);
    if (stop - at !== this.name.length || stop > end) return;
    if (bytes.toString("latin1", at, stop) !== this.name) return;
    const sequence = bytes.toString("latin1", stop + 1, bytes.indexOf(34, at));
    const sentAt = this.#sentAt.get(sequence);
    if (sentAt !== undefined) {
      this.#sentAt.delete(sequence);
      this.crowd.times.push(performance.now() - sentAt);
    }
    if (this.crowd.running) this.send();
  }

  start(): void {
    this.#sending = true;
    for (let i = 0; i < this.crowd.shape.window; i += 1) this.send();
  }

  send(): void {
    const sequence = String(this.#sent += 1);
    if (this.#sent % SAMPLE === 1 || this.crowd.shape.window === 1) {
      this.#sentAt.set(sequence, performance.now());
    }
    this.room.sent += 1;
    const { dialect } = this.crowd;
    const clientId = `${this.name}-${sequence}`;
    this.wire.send(dialect.chat(this.room.id, clientId, CONTENT));
  }
}

function startsWith(bytes: Buffer, start: number, mark: Buffer): boolean {
  for (let i = mark.length - 1; i >= 0; i -= 1) {
    if (bytes[start + i] !== mark[i]) return false;
  }
  return true;
}

interface Room {
  id: string;
  sent: number;
  clients: Client[];
}

/** All clients of one run. */
export class Crowd {
  readonly mark: Buffer;
  readonly rooms: Room[] = [];
  ready = 0;
  closed = 0;
  deliveries = 0;
  running = false;
  times: number[] = [];

  constructor(
    readonly dialect: Dialect,
    readonly shape: Shape,
    readonly token: (user: string, room: string) => Promise<string>,
  ) {
    this.mark = Buffer.from(dialect.mark);
  }

  /** Connects everyone, to the ports in turn, some at a time. */
  async connect(ports: number[]): Promise<void> {
    let count = 0;
    for (let r = 0; r < this.shape.rooms; r += 1) {
      const room: Room = { id: `room-${r}`, sent: 0, clients: [] };
      this.rooms.push(room);
      for (let m = 0; m < this.shape.members; m += 1) {
        const name = `c${count}`;
        const token = await this.token(name, room.id);
        const client = new Client(this, room, name, token);
        room.clients.push(client);
        const port = ports[count % ports.length] ?? 0;
        client.wire.connect(port, this.dialect.path(room.id, name));
        count += 1;
        if (count % 100 === 0) await this.#until(() => this.ready >= count);
      }
    }
    await this.#until(() => this.ready === count);
  }

  async #until(holds: () => boolean): Promise<void> {
    const end = performance.now() + 30_000;
    while (!holds()) {
      if (performance.now() > end) {
        throw new Error("The clients got no answer.");
      }
      await Bun.sleep(5);
    }
  }

  /** Sends for a while without counting, then counts. */
  async run(warmUp: number, seconds: number, begun: () => void): Promise<Load> {
    this.running = true;
    for (const { clients } of this.rooms) {
      for (const client of clients.slice(0, this.shape.senders)) client.start();
    }
    await Bun.sleep(warmUp * 1000);
    begun();
    const first = this.deliveries;
    const start = performance.now();
    this.times = [];
    await Bun.sleep(seconds * 1000);
    const deliveries = this.deliveries - first;
    const elapsed = (performance.now() - start) / 1000;
    const times = this.times.toSorted((a, b) => a - b);
    const percentile = (p: number) => times[Math.floor(times.length * p)] ?? 0;
    return {
      deliveries,
      seconds: elapsed,
      p50: percentile(0.5),
      p99: percentile(0.99),
      ...{ lost: 0, duplicated: 0 },
    };
  }

  /** Stops sending, waits until nothing comes any more, and counts what is wrong. */
  async settle(): Promise<{ lost: number; duplicated: number }> {
    this.running = false;
    for (let last = -1; last !== this.deliveries;) {
      last = this.deliveries;
      await Bun.sleep(400);
    }
    let lost = 0, duplicated = 0;
    for (const { sent, clients } of this.rooms) {
      for (const { received } of clients) {
        lost += Math.max(0, sent - received);
        duplicated += Math.max(0, received - sent);
      }
    }
    return { lost, duplicated };
  }

  close(): void {
    for (const { clients } of this.rooms) {
      for (const { wire } of clients) wire.close();
    }
  }
}
