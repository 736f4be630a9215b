/**
 * Cold starts: from the start of web's process to the last byte of its first room page, by turns
 * with an earlier commit and with a bare `Deno.serve` of the same bytes. Realtime runs already, as
 * it does where web starts at the edge.
 * --rounds 7   --before DIR: another checkout, or `none`; otherwise one of BEFORE is made
 */
import { parseArgs } from "node:util";
import { freePorts } from "../../../.tasks/free-ports.ts";
import { join } from "../../../.tasks/paths.ts";
import { root } from "../../../.tasks/services.ts";
import { median, noise, ratio, table } from "../../../realtime/bench/stats.ts";
import { readConfig } from "../../config.ts";
import {
  BEFORE,
  build,
  checkOutBefore,
  listening,
  serve,
  startersOf,
} from "../checkout.ts";
import { cpuOf } from "../measure.ts";
import { copyFolder, MESSAGES, seedTalk, seedTeams } from "../seed.ts";

/** Something to start: begins a process, and says how to end it. */
interface Subject {
  name: string;
  /** Asked until it answers. */
  url: string;
  cookie: string;
  start(): { stop(): Promise<void> };
}

/** Milliseconds of one start, of processor time until then, and of the page asked for once more. */
interface Start {
  first: number;
  cpu: number;
  again: number;
}

const { values } = parseArgs({
  args: Deno.args,
  options: {
    rounds: { type: "string", default: "7" },
    before: { type: "string" },
  },
});

/** Long enough for any machine; a process that never answers must not hold the bench up. */
const DEADLINE = 60_000;

async function page({ url, cookie }: Subject): Promise<string | undefined> {
  try {
    const answer = await fetch(url, { headers: { cookie } });
    const text = await answer.text();
    if (answer.ok) return text;
  } catch {
    // Nobody listens yet.
  }
}

async function measure(subject: Subject): Promise<Start> {
  const began = performance.now();
  const running = subject.start();
  try {
    let text: string | undefined;
    while (text === undefined) {
      if (performance.now() - began > DEADLINE) {
        throw new Error(`${subject.name} did not answer in a minute.`);
      }
      text = await page(subject);
      if (text === undefined) await new Promise((go) => setTimeout(go, 2));
    }
    const first = performance.now() - began;
    const pid = await listening(Number(new URL(subject.url).port));
    const cpu = 1_000 * cpuOf(pid);
    const asked = performance.now();
    await page(subject);
    return { first, cpu, again: performance.now() - asked };
  } finally {
    await running.stop();
  }
}

/** A checkout whose realtime runs, and whose web is to be started. */
async function checkout(
  name: string,
  folder: string,
  dataDir: string,
  { path, cookie }: { path: string; cookie: string },
  stack: AsyncDisposableStack,
): Promise<Subject> {
  const starters = await startersOf(folder, dataDir);
  const { services, start, whenReady, web } = starters;
  const named = (wanted: string) =>
    services.find((service) => service.name === wanted)!;
  const beside = ["realtime", "transcriber"].map((each) => start(named(each)));
  for (const one of beside) stack.defer(() => one.stop());
  await whenReady(beside, 180);
  return {
    name,
    url: `${web}${path}`,
    cookie,
    start: () => start(named("web")),
  };
}

/** The least a start could cost: a server of one file. */
async function bare(page: string, folder: string): Promise<Subject> {
  const file = join(folder, "bare.ts");
  await Deno.writeTextFile(
    file,
    `export default { fetch: () => new Response(${JSON.stringify(page)}) };`,
  );
  const [port] = freePorts(1);
  const args = ["serve", "--host=127.0.0.1", `--port=${port}`, file];
  return {
    name: "bare",
    url: `http://127.0.0.1:${port}`,
    cookie: "",
    start() {
      const child = new Deno.Command(Deno.execPath(), {
        args,
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).spawn();
      return {
        async stop() {
          child.kill("SIGTERM");
          await child.status;
        },
      };
    },
  };
}

async function earlierFolder(stack: AsyncDisposableStack) {
  if (values.before === "none") return undefined;
  if (values.before !== undefined) return values.before;
  const made = await checkOutBefore();
  if (made) return stack.use(made).folder;
  console.log(`There is no commit ${BEFORE} here to compare with.`);
}

const rounds = Number(values.rounds);
if (!(rounds > 0)) {
  console.error("--rounds is positive.");
  Deno.exit(2);
}
await using stack = new AsyncDisposableStack();
const earlier = await earlierFolder(stack);
const data = await Deno.makeTempDir({ prefix: "chatsphere-cold-" });
stack.defer(() => Deno.remove(data, { recursive: true }));
await build(root);
if (earlier) await build(earlier);
const kvPath = readConfig({ DATA_DIR: `${data}/now` }).kvPath!;
const [team] = await seedTeams(kvPath, [20]);
const ask = { path: `/rooms/${team.rooms[0]}`, cookie: team.people[0].cookie };
let text: string | undefined;
{
  await using first = await serve(root, `${data}/now`);
  await seedTalk(first, [team]);
  text = await page({
    ...ask,
    ...{ name: "now", url: `${first.web}${ask.path}` },
    start: () => ({ stop: () => Promise.resolve() }),
  });
}
if (!text) throw new Error("The room was not shown.");
if (earlier) await copyFolder(`${data}/now`, `${data}/before`);

const subjects = [
  await checkout("now", root, `${data}/now`, ask, stack),
  ...earlier
    ? [await checkout("before", earlier, `${data}/before`, ask, stack)]
    : [],
  await bare(text, data),
];
const starts = new Map<Subject, Start[]>(subjects.map((it) => [it, []]));
// What it compiles and reads for the first time is kept by Deno and by the system ever after.
for (const it of subjects) await measure(it);
for (let round = 0; round < rounds; round++) {
  for (const it of subjects) starts.get(it)!.push(await measure(it));
}

const firsts = (it: Subject) => starts.get(it)!.map(({ first }) => first);
const middle = (it: Subject, what: keyof Start) =>
  median(starts.get(it)!.map((start) => start[what]));
console.log(`\nA room of ${MESSAGES} messages, medians of ${rounds}`);
console.log(table([
  ["", "start to page, ms", "±", "× bare", "× now", "CPU, ms", "again, ms"],
  ...subjects.map((it) => [
    it.name,
    median(firsts(it)).toFixed(0),
    `${noise(firsts(it))} %`,
    ratio(firsts(it), firsts(subjects.at(-1)!)).toFixed(1),
    ratio(firsts(it), firsts(subjects[0])).toFixed(1),
    middle(it, "cpu").toFixed(0),
    middle(it, "again").toFixed(1),
  ]),
]));
