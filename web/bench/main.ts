/**
 * Measures pages beside the least they could cost, and beside those of an earlier commit, by turns
 * on one machine: `Deno.serve` with the same bytes, or a bare durable append. Linux only.
 *
 * Then first visits in Chromium, where that is installed: see first-visit/.
 *
 * --only TEXT: scenarios with it in their name   --rounds 5   --seconds 2   --connections 32
 * --before DIR: another checkout, built here; `none`: none. Otherwise a checkout of BEFORE is made
 */
import { parseArgs } from "node:util";
import { root } from "../../.tasks/services.ts";
import { readConfig } from "../config.ts";
import { CHROMIUM } from "../e2e/browser.ts";
import {
  BEFORE,
  build,
  checkOutBefore,
  serve,
  type Serving,
} from "./checkout.ts";
import {
  bareAppend,
  bareServer,
  measure,
  memoryOf,
  type Run,
  type Subject,
} from "./measure.ts";
import { lastLine, type Results, scenarioTable } from "./report.ts";
import { asksOf, type Scenario, SCENARIOS, TEAMS } from "./scenarios.ts";
import { firstVisits } from "./first-visit/measure.ts";
import { copyFolder, seedTalk, seedTeams } from "./seed.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    only: { type: "string", default: "" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "2" },
    connections: { type: "string", default: "32" },
    before: { type: "string" },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const connections = Number(values.connections);
const wanted = SCENARIOS.filter(({ name }) => name.includes(values.only));
if (![rounds, seconds, connections].every((it) => it > 0) || !wanted.length) {
  console.error(
    `--rounds, --seconds and --connections are positive; --only is part of: ${
      SCENARIOS.map(({ name }) => name).join("; ")
    }`,
  );
  Deno.exit(2);
}

async function earlierFolder(stack: AsyncDisposableStack) {
  if (values.before === "none") return undefined;
  if (values.before !== undefined) return values.before;
  const made = await checkOutBefore();
  if (made) return stack.use(made).folder;
  console.log(
    `There is no commit ${BEFORE} here to compare with: give a checkout with --before DIR.`,
  );
}

const isInstalled = (path: string) =>
  Deno.stat(path).then(({ isFile }) => isFile, () => false);

/**
 * Seconds of load that do not count: what is used most is compiled by then. With one second, a message
 * took web 170 µs to post, and 140 after twelve.
 */
const WARM = 6;

const portOf = (url: string): number => Number(new URL(url).port);

/** The first answer: what the floor is to send. */
async function sampleOf(subject: Subject): Promise<Response> {
  const { method, path, headers, body } = subject.asks[0];
  const plain = Object.fromEntries(
    Object.entries(headers).filter(([name]) => name !== "accept-encoding"),
  );
  return await fetch(`http://localhost:${subject.port}${path}`, {
    method,
    headers: plain,
    body,
  });
}

async function measured(
  scenario: Scenario,
  servers: { ours: Serving; before?: Serving },
): Promise<Results> {
  const asks = asksOf(scenario, teams);
  const subjectOf = (name: "ours" | "before", serving: Serving): Subject => ({
    name,
    port: portOf(serving.web),
    pid: serving.pids.web,
    behind: serving.pids.realtime,
    asks,
  });
  const ours = subjectOf("ours", servers.ours);
  await using floor = scenario.isWrite
    ? await bareAppend()
    : await bareServer(await sampleOf(ours), scenario.encoding !== undefined);
  const subjects: Subject[] = [
    ours,
    { name: "floor", port: floor.port, pid: floor.pid, asks },
    ...(servers.before ? [subjectOf("before", servers.before)] : []),
  ];
  const runs = new Map<Subject, Run[]>(subjects.map((it) => [it, []]));
  for (const it of subjects) await measure(it, WARM, connections);
  for (let round = 0; round < rounds; round++) {
    for (const it of subjects) {
      runs.get(it)!.push(await measure(it, seconds, connections));
    }
  }
  const results: Results = {};
  for (const it of subjects) {
    const alone = await measure(it, Math.min(1, seconds), 1);
    results[it.name] = { runs: runs.get(it)!, alone };
  }
  return results;
}

await using stack = new AsyncDisposableStack();
const earlier = await earlierFolder(stack);
const data = await Deno.makeTempDir({ prefix: "chatsphere-pages-" });
stack.defer(() => Deno.remove(data, { recursive: true }));
await build(root);
if (earlier) await build(earlier);

const kvPath = readConfig({ DATA_DIR: `${data}/ours` }).kvPath!;
const needed = new Set(wanted.map(({ rooms }) => rooms));
const teams = await seedTeams(
  kvPath,
  TEAMS.flatMap(([rooms, count]) =>
    needed.has(rooms) ? new Array<number>(count).fill(rooms) : []
  ),
);
{
  await using first = await serve(root, `${data}/ours`);
  await seedTalk(first, teams);
}
if (earlier) await copyFolder(`${data}/ours`, `${data}/before`);
const ours = stack.use(await serve(root, `${data}/ours`));
const before = earlier
  ? stack.use(await serve(earlier, `${data}/before`))
  : undefined;

const all = new Map<Scenario, Results>();
const memory = memoryOf(ours.pids.web);
for (const scenario of wanted) {
  const results = await measured(scenario, { ours, before });
  all.set(scenario, results);
  console.log(`\n${scenario.name}\n${scenarioTable(results)}`);
}
const inMB = (bytes: number) => Math.round(bytes / 1e6);
console.log(
  `\nweb took ${inMB(memory)} MB before the load, ${
    inMB(memoryOf(ours.pids.web))
  } MB after it`,
);
if (!values.only && await isInstalled(CHROMIUM)) {
  const checkouts = { ...earlier && { before: earlier }, now: root };
  const { table } = await firstVisits(checkouts, rounds);
  console.log(`\nfirst visits\n${table}\n`);
}
console.log(lastLine(all));
