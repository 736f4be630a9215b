/**
 * Asks one server as fast as it answers, on a few kept connections, and prints what it saw as one
 * line of JSON. It runs under Bun and speaks HTTP/1.1 by hand, so that the measuring process does
 * not become what is measured. The job comes as JSON on standard input.
 */
import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import process from "node:process";

/** One of the requests that are sent in turn. */
export interface Ask {
  method: "GET" | "POST";
  path: string;
  headers: Record<string, string>;
  /** `{n}` in it becomes a number that no other request has. */
  body?: string;
}

export interface Job {
  port: number;
  connections: number;
  seconds: number;
  asks: Ask[];
}

export interface Report {
  answers: number;
  seconds: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** How many answers had each status. */
  statuses: Record<string, number>;
  /** Bytes of the last answer's body as they came. */
  bytes: number;
  /** Seconds of processor this process took. */
  cpu: number;
}

const END = "\r\n\r\n";
const LAST_CHUNK = Buffer.from("\r\n0\r\n\r\n");

/** Reads answers from one connection: gives the status once an answer is whole. */
class Reader {
  #head: Buffer = Buffer.alloc(0);
  #status = 0;
  /** Bytes of the body still to come; -1: it comes in chunks; -2: before the body. */
  #left = -2;
  #tail: Buffer = Buffer.alloc(0);
  body = 0;

  take(bytes: Buffer): number | undefined {
    if (this.#left === -2) {
      this.#head = this.#head.length
        ? Buffer.concat([this.#head, bytes])
        : bytes;
      const end = this.#head.indexOf(END);
      if (end < 0) return undefined;
      const head = this.#head.toString("latin1", 0, end);
      this.#status = Number(head.slice(9, 12));
      const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
      const isEmpty = this.#status === 304 || this.#status === 204;
      this.#left = isEmpty ? 0 : length === undefined ? -1 : Number(length);
      this.body = 0;
      bytes = this.#head.subarray(end + END.length);
    }
    this.body += bytes.length;
    if (this.#left >= 0) {
      this.#left -= bytes.length;
      return this.#left === 0 ? this.#done() : undefined;
    }
    const near = Buffer.concat([this.#tail, bytes.subarray(-7)]);
    this.#tail = near.subarray(-7);
    const isLast = near.subarray(-7).equals(LAST_CHUNK);
    return isLast ? this.#done() : undefined;
  }

  #done(): number {
    this.#head = this.#tail = Buffer.alloc(0);
    this.#left = -2;
    return this.#status;
  }
}

const percentile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

async function measure(job: Job): Promise<Report> {
  const { port, connections, seconds } = job;
  const told = job.asks.map(({ method, path, headers, body }) => {
    const lines = Object.entries({ host: `localhost:${port}`, ...headers })
      .map(([name, value]) => `${name}: ${value}\r\n`).join("");
    return { line: `${method} ${path} HTTP/1.1\r\n${lines}`, body };
  });
  let asked = 0;
  const numbered = crypto.randomUUID();
  const next = (): string => {
    const n = asked++;
    const { line, body } = told[n % told.length];
    if (body === undefined) return `${line}\r\n`;
    const sent = body.replaceAll("{n}", `${numbered}-${n}`);
    return `${line}content-length: ${Buffer.byteLength(sent)}\r\n\r\n${sent}`;
  };
  const times: number[] = [];
  const statuses: Record<string, number> = {};
  let bytes = 0;
  const started = performance.now();
  const cpuAtStart = process.cpuUsage();
  const until = started + seconds * 1_000;

  const one = () =>
    new Promise<void>((resolve, reject) => {
      const reader = new Reader();
      let sentAt = 0;
      const socket: Socket = connect(port, "127.0.0.1");
      const send = () => {
        sentAt = performance.now();
        socket.write(next());
      };
      socket.setNoDelay(true);
      socket.on("connect", send);
      socket.on("data", (data: Buffer) => {
        const status = reader.take(data);
        if (status === undefined) return;
        const now = performance.now();
        times.push(now - sentAt);
        statuses[status] = (statuses[status] ?? 0) + 1;
        bytes = reader.body;
        if (now < until) return send();
        socket.destroy();
        resolve();
      });
      socket.on("error", reject);
      socket.on("end", () => reject(new Error("The server hung up.")));
    });
  await Promise.all(Array.from({ length: connections }, one));
  const { user, system } = process.cpuUsage(cpuAtStart);
  const sorted = Float64Array.from(times).sort();
  return {
    answers: times.length,
    seconds: (performance.now() - started) / 1_000,
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    statuses,
    bytes,
    cpu: (user + system) / 1e6,
  };
}

let input = "";
for await (const chunk of process.stdin) input += chunk;
console.log(JSON.stringify(await measure(JSON.parse(input))));
