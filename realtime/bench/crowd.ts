import { Client, type WireName } from "./client.ts";
import { type Dialect, type DialectName, DIALECTS } from "./dialect.ts";

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
}

export interface CrowdRoom {
  id: string;
  sent: number;
  clients: Client[];
}

/** The name of the room a client is in. */
export const roomOf = (client: number, { members }: Shape): string =>
  `room-${Math.floor(client / members)}`;

/** Clients that connect before the next ones do. */
const AT_ONCE = 100;
/** Milliseconds without a delivery after which what is missing will not come. */
const PATIENCE = 3_000;

/** All clients of one run. */
export class Crowd {
  readonly dialect: Dialect;
  readonly rooms: CrowdRoom[] = [];
  ready = 0;
  closed = 0;
  deliveries = 0;
  running = false;
  times: number[] = [];

  constructor(
    dialect: DialectName,
    readonly shape: Shape,
    readonly wire: WireName,
  ) {
    this.dialect = DIALECTS[dialect];
  }

  /** Connects everyone, to the ports in turn, some at a time. */
  async connect(ports: number[], tokens: string[]): Promise<void> {
    const count = this.shape.rooms * this.shape.members;
    for (let number = 0; number < count; number += 1) {
      const id = roomOf(number, this.shape);
      let room = this.rooms.at(-1);
      if (room?.id !== id) {
        room = { id, sent: 0, clients: [] };
        this.rooms.push(room);
      }
      const client = new Client(this, room, number, tokens[number] ?? "");
      room.clients.push(client);
      const port = ports[number % ports.length] ?? 0;
      client.wire.connect(port, this.dialect.path(id, `c${number}`));
      if (number % AT_ONCE === 0) await this.#until(() => this.ready > number);
    }
    await this.#until(() => this.ready === count);
  }

  async #until(holds: () => boolean): Promise<void> {
    const end = performance.now() + 60_000;
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
    const [p50, p99] = [percentile(0.5), percentile(0.99)];
    return { deliveries, seconds: elapsed, p50, p99 };
  }

  /** Stops sending, waits for what is under way, and counts what is wrong. */
  async settle(): Promise<{ lost: number; duplicated: number }> {
    this.running = false;
    let last = -1, since = performance.now();
    while (this.#missing() > 0 && performance.now() - since < PATIENCE) {
      if (last !== this.deliveries) since = performance.now();
      last = this.deliveries;
      await Bun.sleep(50);
    }
    // What comes now would be a second copy.
    await Bun.sleep(200);
    return { lost: this.#missing(), duplicated: this.#count(-1) };
  }

  #missing(): number {
    return this.#count(1);
  }

  #count(sign: number): number {
    let count = 0;
    for (const { sent, clients } of this.rooms) {
      for (const { received } of clients) {
        count += Math.max(0, sign * (sent - received));
      }
    }
    return count;
  }
}
