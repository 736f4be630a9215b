import process from "node:process";
import type { Hub } from "../rooms/hub.ts";
import { CLOSE } from "../protocol.ts";
import type { Shedding } from "../connections/shedding.ts";

/** Upper bounds in seconds of the buckets appends are counted in. */
const BOUNDS = [.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 4];
/** Close codes told apart: ours, and those of RFC 6455 §7.4.1. A client may send any. */
const CODES = new Set<number>([...Object.values(CLOSE), 1000, 1001, 1006]);
/** Milliseconds the store has to answer. */
const STORE_PATIENCE = 1_000;

/** Counts by a label of few values. */
class Counts {
  readonly values = new Map<string, number>();

  add(label: string): void {
    this.values.set(label, (this.values.get(label) ?? 0) + 1);
  }
}

/** How long things took, in buckets, as Prometheus counts it. */
export class Histogram {
  readonly counts = new Array<number>(BOUNDS.length + 1).fill(0);
  sum = 0;

  observe(seconds: number): void {
    let i = 0;
    while (i < BOUNDS.length && seconds > (BOUNDS[i] ?? 0)) i += 1;
    this.counts[i] = (this.counts[i] ?? 0) + 1;
    this.sum += seconds;
  }
}

/** What one instance counts while it runs; nothing of it is about a person or a room. */
export class Metrics {
  /** From the moment an append was asked for to the moment it was durable. */
  readonly appends = new Histogram();
  /** Entries handed to readers: one for each reader of each entry. */
  deliveries = 0;
  readonly errors = new Counts();
  readonly #closes = new Counts();

  closed(code: number): void {
    this.#closes.add(CODES.has(code) ? `${code}` : "other");
  }

  /** Everything as Prometheus reads it (text format 0.0.4). */
  async text(hub: Hub, shedding: Shedding): Promise<string> {
    const { log, publishQueue } = hub;
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    let inbox = 0;
    for (const connection of hub.connections) inbox += connection.waiting;
    const appended = this.appends.counts.reduce((sum, count) => sum + count, 0);
    const queues = {
      inbox,
      publish: publishQueue.waiting,
      store: log.pending,
    };
    const refusing = {
      connections: Number(shedding.refusesConnections),
      messages: Number(shedding.refusesMessages),
    };
    return [
      one("connections", "gauge", "Open sockets.", hub.connections.size),
      one("streams", "gauge", "Open streams.", hub.streams.size),
      one("rooms_open", "gauge", "Rooms someone here reads.", hub.openRooms),
      one(
        "messages_appended_total",
        "counter",
        "Entries acknowledged: messages, edits, deletions, reactions.",
        appended,
      ),
      one(
        "deliveries_total",
        "counter",
        "Entries handed to readers here.",
        this.deliveries,
      ),
      this.#appendSeconds(appended),
      many("queue_length", "gauge", "What waits.", "queue", queues),
      many("refusing", "gauge", "New work refused.", "work", refusing),
      many("closes_total", "counter", "Sockets closed.", "code", this.#closes),
      many("errors_total", "counter", "Errors told.", "code", this.errors),
      one("store_up", "gauge", "Whether the store answers.", await up(hub)),
      one("heap_bytes", "gauge", "Heap in use.", heapUsed),
      plain("process_resident_memory_bytes", "gauge", rss),
      plain("process_cpu_seconds_total", "counter", (user + system) / 1e6),
    ].join("");
  }

  #appendSeconds(count: number): string {
    const name = "chatsphere_append_seconds";
    let below = 0;
    const lines = BOUNDS.map((bound, i) => {
      below += this.appends.counts[i] ?? 0;
      return `${name}_bucket{le="${bound}"} ${below}\n`;
    });
    return head(name, "histogram", "Seconds until an append is durable.") +
      `${lines.join("")}${name}_bucket{le="+Inf"} ${count}\n` +
      `${name}_sum ${this.appends.sum}\n${name}_count ${count}\n`;
  }
}

async function up(hub: Hub): Promise<number> {
  const answers = hub.log.ping().then(() => 1, () => 0);
  return await Promise.race([answers, Bun.sleep(STORE_PATIENCE).then(() => 0)]);
}

type Kind = "counter" | "gauge" | "histogram";

const head = (name: string, kind: Kind, help: string) =>
  `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n`;

const plain = (name: string, kind: Kind, value: number) =>
  `# TYPE ${name} ${kind}\n${name} ${value}\n`;

const one = (name: string, kind: Kind, help: string, value: number) =>
  `${head(`chatsphere_${name}`, kind, help)}chatsphere_${name} ${value}\n`;

function many(
  name: string,
  kind: Kind,
  help: string,
  label: string,
  values: Counts | Record<string, number>,
): string {
  const pairs = values instanceof Counts
    ? [...values.values]
    : Object.entries(values);
  const lines = pairs.map(([key, value]) =>
    `chatsphere_${name}{${label}="${key}"} ${value}\n`
  );
  return head(`chatsphere_${name}`, kind, help) + lines.join("");
}
