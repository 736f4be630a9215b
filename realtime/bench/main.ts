// Compares the product with what people would pick instead, run by run on one machine.
// --only fanout,rooms   --servers bun,redis   --rounds 5   --seconds 3   --window N
// --clients websocket|raw   --acks   --before DIR (another checkout, with its packages installed)
import process from "node:process";
import { startIssuer } from "../tests/testing.ts";
import { type WireName, WIRES } from "./client.ts";
import { roomOf, type Shape } from "./crowd.ts";
import type { Report } from "./generator.ts";
import {
  before,
  generate,
  memoryOf,
  type Subject,
  SUBJECTS,
} from "./processes.ts";
import { ratios, type Results, scenarioTable } from "./report.ts";
import { table } from "./stats.ts";

interface Scenario {
  title: string;
  shape: Shape;
  instances: number;
  subjects: string[];
}

function option(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
}
const earlier = option("before");
const starts = new Map(
  Object.entries({ ...SUBJECTS, ...(earlier ? before(earlier) : {}) }),
);
const EVERYONE = [...starts.keys()];
const ROOMS = { rooms: 200, members: 5, senders: 5, window: 4 };
const SCENARIOS: Record<string, Scenario> = {
  fanout: {
    title: "one room of 500, 20 senders",
    shape: { rooms: 1, members: 500, senders: 20, window: 16 },
    instances: 1,
    subjects: EVERYONE,
  },
  rooms: {
    title: "200 rooms of 5, all send",
    shape: ROOMS,
    instances: 1,
    subjects: EVERYONE,
  },
  turns: {
    title: "200 rooms of 5, all send when their last message came back",
    shape: { ...ROOMS, window: 1 },
    instances: 1,
    subjects: EVERYONE,
  },
  instances: {
    title: "200 rooms of 5, all send, two instances",
    shape: ROOMS,
    instances: 2,
    subjects: EVERYONE.filter((name) => /redis|socket/.test(name)),
  },
  unloaded: {
    title: "one message under way in all, a room of 5",
    shape: { rooms: 1, members: 5, senders: 1, window: 1 },
    instances: 1,
    subjects: EVERYONE,
  },
};
const IDLE = 5_000;
const WARM_UP = 2;

const rounds = Number(option("rounds") ?? 5);
const seconds = Number(option("seconds") ?? 3);
const window = option("window");
const only = option("only")?.split(",");
const servers = option("servers")?.split(",");
const acks = process.argv.includes("--acks");
const wire = (option("clients") ?? "websocket") as WireName;
if (!(wire in WIRES)) {
  console.error(`--clients is one of: ${Object.keys(WIRES).join(", ")}`);
  process.exit(2);
}
const issuer = await startIssuer();

/** A generator with the clients of a shape; they send unless `seconds` is 0. */
async function generatorFor(subject: Subject, shape: Shape, seconds: number) {
  const { ports, servers, stores } = subject;
  const isOurs = subject.dialect === "ours";
  const tokens = isOurs ? await tokensFor(shape) : [];
  const dialect = isOurs && acks ? "ours+acks" : subject.dialect;
  const processes = { ports, servers, stores };
  const load = { shape, wire, tokens, warmUp: WARM_UP, seconds };
  return generate({ dialect, ...processes, ...load });
}

async function start(name: string, instances: number): Promise<Subject> {
  const start = starts.get(name);
  if (!start) throw new RangeError(`Nothing here is called ${name}.`);
  return await start(issuer.url, instances);
}

async function load(
  name: string,
  { shape, instances }: Pick<Scenario, "shape" | "instances">,
): Promise<Report | null> {
  const subject = await start(name, instances);
  const generator = await generatorFor(subject, shape, seconds);
  try {
    return await generator.done;
  } finally {
    await generator.stop();
    await subject.stop();
  }
}

const tokensFor = (shape: Shape) =>
  Promise.all(
    Array.from({ length: shape.rooms * shape.members }, (_, number) => {
      const rooms = { [roomOf(number, shape)]: "member" as const };
      // Versions before 3a37dc8 have the rooms of a person from their token.
      return issuer.personToken(`c${number}`, rooms, earlier ? { rooms } : {});
    }),
  );

const measured = (name: string) => !servers || servers.includes(name);

async function compare(scenario: Scenario): Promise<Results> {
  const subjects = scenario.subjects.filter(measured);
  const results: Results = new Map(subjects.map((name) => [name, []]));
  const shape = { ...scenario.shape };
  if (window !== undefined) shape.window = Number(window);
  for (let round = 0; round < rounds; round += 1) {
    for (const name of subjects) {
      const report = await load(name, { ...scenario, shape });
      if (report) results.get(name)?.push(report);
    }
  }
  const under = `${shape.window} messages under way for each sender`;
  console.log(`\n${scenario.title}; ${under}\n${scenarioTable(results)}`);
  return results;
}

/** Bytes of memory that each of many connected, silent clients costs the server. */
async function idle(name: string): Promise<number> {
  const subject = await start(name, 1);
  const shape = { rooms: IDLE / 5, members: 5, senders: 0, window: 0 };
  const connect = async (shape: Shape) => {
    const generator = await generatorFor(subject, shape, 0);
    await generator.done;
    return generator;
  };
  const warm = await connect({ ...shape, rooms: 40 });
  const before = memoryOf(subject.servers);
  const crowd = await connect(shape);
  try {
    // A quiet server tidies up within ten seconds or so.
    await Bun.sleep(12_000);
    return (memoryOf(subject.servers) - before) / IDLE;
  } finally {
    await crowd.stop();
    await warm.stop();
    await subject.stop();
  }
}

const all = new Map<string, Results>();
for (const [key, scenario] of Object.entries(SCENARIOS)) {
  if (!only || only.includes(key)) all.set(key, await compare(scenario));
}
if (!only || only.includes("idle")) {
  const rows = [["", "bytes a connection"]];
  for (const name of EVERYONE.filter(measured)) {
    rows.push([name, Math.round(await idle(name)).toLocaleString("en")]);
  }
  console.log(`\n${IDLE} idle connections, identified\n${table(rows)}`);
}
console.log(`\nwith SQLite, synchronous=FULL: ${ratios(all, "sqlite")}`);
console.log(`ratios: ${ratios(all, "redis")}`);
issuer.stop();
