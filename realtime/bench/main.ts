import process from "node:process";
import { startIssuer } from "../testing.ts";
import { Crowd, type Load, type Shape } from "./load.ts";
import { type SubjectName, SUBJECTS } from "./processes.ts";
import { median, noise, ratio, table } from "./stats.ts";

interface Scenario {
  title: string;
  shape: Shape;
  instances: number;
  subjects: SubjectName[];
}

const EVERYONE = Object.keys(SUBJECTS) as SubjectName[];
const SCENARIOS: Record<string, Scenario> = {
  fanout: {
    title: "one room of 500, 20 senders",
    shape: { rooms: 1, members: 500, senders: 20, window: 8 },
    instances: 1,
    subjects: EVERYONE,
  },
  rooms: {
    title: "200 rooms of 5, all send",
    shape: { rooms: 200, members: 5, senders: 5, window: 4 },
    instances: 1,
    subjects: EVERYONE,
  },
  instances: {
    title: "200 rooms of 5, all send, two instances",
    shape: { rooms: 200, members: 5, senders: 5, window: 4 },
    instances: 2,
    subjects: ["ours, Redis", "Socket.IO", "Socket.IO + write"],
  },
  unloaded: {
    title: "one message in flight, a room of 5",
    shape: { rooms: 1, members: 5, senders: 1, window: 1 },
    instances: 1,
    subjects: EVERYONE,
  },
};
const IDLE = 5_000;

interface Measured extends Load {
  /** Deliveries per second, and microseconds of the server's CPU for each. */
  rate: number;
  cpu: number;
}

const option = (name: string, fallback: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const rounds = option("rounds", 5);
const seconds = option("seconds", 3);
const only = process.argv.includes("--only")
  ? process.argv[process.argv.indexOf("--only") + 1]?.split(",")
  : undefined;
const issuer = await startIssuer();

const token = (user: string, room: string) =>
  issuer.personToken(user, { [room]: "member" });

async function measure(
  name: SubjectName,
  { shape, instances }: Scenario,
): Promise<Measured> {
  const subject = await SUBJECTS[name](issuer.url, instances);
  const crowd = new Crowd(subject.dialect, shape, token);
  try {
    await crowd.connect(subject.ports);
    let before = 0;
    const load = await crowd.run(1, seconds, () => before = subject.cpu());
    const used = subject.cpu() - before;
    const faults = await crowd.settle();
    const rate = load.deliveries / load.seconds;
    const cpu = used * 1e6 / load.deliveries;
    return { ...load, ...faults, rate, cpu };
  } finally {
    crowd.close();
    await subject.stop();
  }
}

async function compare(scenario: Scenario): Promise<Map<string, Measured[]>> {
  const results = new Map<string, Measured[]>();
  for (const name of scenario.subjects) results.set(name, []);
  for (let round = 0; round < rounds; round += 1) {
    for (const name of scenario.subjects) {
      results.get(name)?.push(await measure(name, scenario));
    }
  }
  print(scenario.title, results);
  return results;
}

function print(title: string, results: Map<string, Measured[]>): void {
  const head = ["", "deliveries/s", "±%", "CPU µs", "p50 ms", "p99 ms"];
  const rows = [[...head, "lost", "twice"]];
  for (const [name, runs] of results) {
    const of = (pick: (run: Measured) => number) => median(runs.map(pick));
    const sum = (pick: (run: Measured) => number) =>
      runs.reduce((total, run) => total + pick(run), 0);
    rows.push([
      name,
      Math.round(of(({ rate }) => rate)).toLocaleString("en"),
      String(noise(runs.map(({ rate }) => rate))),
      of(({ cpu }) => cpu).toFixed(2),
      of(({ p50 }) => p50).toFixed(1),
      of(({ p99 }) => p99).toFixed(1),
      String(sum(({ lost }) => lost)),
      String(sum(({ duplicated }) => duplicated)),
    ]);
  }
  console.log(`\n${title}\n${table(rows)}`);
}

/** Bytes of memory that each of many connected, silent clients costs the server. */
async function idle(name: SubjectName): Promise<number> {
  const subject = await SUBJECTS[name](issuer.url, 1);
  const shape = { rooms: IDLE / 5, members: 5, senders: 0, window: 0 };
  const warm = new Crowd(subject.dialect, { ...shape, rooms: 40 }, token);
  const crowd = new Crowd(subject.dialect, shape, token);
  try {
    await warm.connect(subject.ports);
    const before = subject.memory();
    await crowd.connect(subject.ports);
    // A quiet server tidies up within ten seconds or so.
    await Bun.sleep(12_000);
    return (subject.memory() - before) / IDLE;
  } finally {
    crowd.close();
    warm.close();
    await subject.stop();
  }
}

const all = new Map<string, Map<string, Measured[]>>();
for (const [key, scenario] of Object.entries(SCENARIOS)) {
  if (only && !only.includes(key)) continue;
  all.set(key, await compare(scenario));
}
if (!only || only.includes("idle")) {
  const rows = [["", "bytes a connection"]];
  for (const name of EVERYONE) {
    rows.push([name, Math.round(await idle(name)).toLocaleString("en")]);
  }
  console.log(`\n${IDLE} idle connections, identified\n${table(rows)}`);
}

function times(key: string, ours: SubjectName, theirs: SubjectName): string {
  const rates = (name: string) =>
    all.get(key)?.get(name)?.map(({ rate }) => rate) ?? [];
  return ratio(rates(ours), rates(theirs)).toFixed(2);
}

function ratios(ours: SubjectName): string {
  const parts = ["fanout", "rooms"].map((key) =>
    `${key} ${times(key, ours, "bare Bun")} of bun, ${
      times(key, ours, "ws")
    } x ws, ${times(key, ours, "Socket.IO + write")} x socket.io`
  );
  return parts.join("; ");
}

console.log(`\nwith SQLite, synchronous=FULL: ${ratios("ours, SQLite")}`);
console.log(`ratios: ${ratios("ours, Redis")}`);
issuer.stop();
