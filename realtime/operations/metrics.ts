import process from "node:process";
import { Counter, Gauge, Registry } from "prom-client";
import { CLOSE } from "../protocol.ts";
import { Durations } from "./durations.ts";

/** Upper bounds in seconds of the buckets appends are counted in. */
const BUCKETS = [.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 4];
/** Close codes told apart: ours, and those of RFC 6455 §7.4.1. A client may send any. */
const CODES = new Set<number>([...Object.values(CLOSE), 1000, 1001, 1006]);

/** How an instance is at the moment it is asked. */
export interface Snapshot {
  connections: number;
  streams: number;
  roomsOpen: number;
  /** What waits, by the queue it waits in. */
  queues: Record<string, number>;
  /** Whether new work is refused, by the kind of work. */
  refusing: Record<string, boolean>;
  storeUp: boolean;
}

/** What one instance counts while it runs; nothing of it is about a person or a room. */
export class Metrics {
  /** Entries handed to readers: one for each reader of each entry. A plain number, as it grows
   * with every delivery. */
  deliveries = 0;
  readonly #registry = new Registry();
  readonly #appends = new Durations(
    "chatsphere_append_seconds",
    "Seconds until an append is durable.",
    BUCKETS,
    this.#registry,
  );
  readonly #appended = this.#counter(
    "messages_appended_total",
    "Entries acknowledged: messages, edits, deletions, reactions.",
  );
  readonly #delivered = this.#counter(
    "deliveries_total",
    "Entries handed to readers here.",
  );
  readonly #closes = this.#counter("closes_total", "Sockets closed.", "code");
  readonly #errors = this.#counter("errors_total", "Errors told.", "code");
  readonly #connections = this.#gauge("connections", "Open sockets.");
  readonly #streams = this.#gauge("streams", "Open streams.");
  readonly #rooms = this.#gauge("rooms_open", "Rooms someone here reads.");
  readonly #queues = this.#gauge("queue_length", "What waits.", "queue");
  readonly #refusing = this.#gauge("refusing", "New work refused.", "work");
  readonly #store = this.#gauge("store_up", "Whether the store answers.");
  readonly #heap = this.#gauge("heap_bytes", "Heap in use.");
  readonly #memory = new Gauge({
    name: "process_resident_memory_bytes",
    help: "Resident memory in bytes.",
    registers: [this.#registry],
  });
  readonly #cpu = new Counter({
    name: "process_cpu_seconds_total",
    help: "Seconds of processor time used.",
    registers: [this.#registry],
  });

  #counter(name: string, help: string, ...labelNames: string[]) {
    const registers = [this.#registry];
    return new Counter({
      name: `chatsphere_${name}`,
      help,
      labelNames,
      registers,
    });
  }

  #gauge(name: string, help: string, ...labelNames: string[]) {
    const registers = [this.#registry];
    return new Gauge({
      name: `chatsphere_${name}`,
      help,
      labelNames,
      registers,
    });
  }

  /** @param seconds from the moment an append was asked for to the moment it was durable */
  appended(seconds: number): void {
    this.#appends.observe(seconds);
  }

  closed(code: number): void {
    this.#closes.inc({ code: CODES.has(code) ? `${code}` : "other" });
  }

  failed(code: string): void {
    this.#errors.inc({ code });
  }

  /** Everything as Prometheus reads it, and its content type. */
  async expose(now: Snapshot): Promise<{ text: string; contentType: string }> {
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    set(this.#appended, this.#appends.count);
    set(this.#delivered, this.deliveries);
    set(this.#cpu, (user + system) / 1e6);
    this.#connections.set(now.connections);
    this.#streams.set(now.streams);
    this.#rooms.set(now.roomsOpen);
    for (const [queue, length] of Object.entries(now.queues)) {
      this.#queues.set({ queue }, length);
    }
    for (const [work, refused] of Object.entries(now.refusing)) {
      this.#refusing.set({ work }, Number(refused));
    }
    this.#store.set(Number(now.storeUp));
    this.#heap.set(heapUsed);
    this.#memory.set(rss);
    const text = await this.#registry.metrics();
    return { text, contentType: this.#registry.contentType };
  }
}

/** Gives a counter the value somebody else counted. */
function set(counter: Counter, value: number): void {
  counter.reset();
  counter.inc(value);
}
