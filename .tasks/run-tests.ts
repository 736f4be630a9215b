/**
 * `deno task test`: every test of every service, then the browser tests, then one closing line.
 * Names after `--` choose suites: check, deno, bun, e2e, attacks.
 */
import { closingLine, sum, type Totals, totals } from "./junit.ts";
import { join } from "./paths.ts";
import { root } from "./services.ts";
import {
  installPackages,
  installSystem,
  pocketsphinx,
  testTools,
} from "./setup.ts";
import { buildOnce, BUILT } from "../web/e2e/built.ts";

const deno = Deno.execPath();
const bun = join(root, "node_modules/.bin/bun");
const reports = await Deno.makeTempDir({ prefix: "chatsphere-tests-" });

/** Milliseconds for one file of browser tests, the longest of which takes some three minutes. */
const BROWSER_MS = 15 * 60_000;

interface Setting {
  cwd?: string;
  env?: Record<string, string>;
  /** Milliseconds after which it is ended; otherwise a test that hangs would hold up all others. */
  within?: number;
}

async function passes(
  command: string,
  args: string[],
  { cwd = root, env = {}, within }: Setting = {},
) {
  const child = new Deno.Command(command, {
    args,
    cwd,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
    // The caller's settings must not change what the tests see.
    env: { NO_COLOR: "1", ...env },
  }).spawn();
  const timer = within && setTimeout(() => child.kill("SIGKILL"), within);
  const { success } = await child.status;
  clearTimeout(timer);
  return success;
}

interface Runner extends Setting {
  command: string;
  args: (report: string) => string[];
}

async function attempt(name: string, { command, args, ...setting }: Runner) {
  // Each attempt has a report of its own: one that crashes must not be told by an earlier one.
  const report = join(reports, `${name}-${crypto.randomUUID()}.xml`);
  const success = await passes(command, args(report), setting);
  const xml = await Deno.readTextFile(report).catch(() => undefined);
  return { success, xml };
}

/**
 * What a runner reports. One that ends before its report runs once more: Deno's HTTP/2, which the
 * stand-ins for Google need, has ended a process by an assertion of its own.
 */
async function reported(name: string, runner: Runner): Promise<Totals> {
  let { success, xml } = await attempt(name, runner);
  if (xml === undefined) {
    console.log(`\n── ${name}, which ended early, once more ──`);
    ({ success, xml } = await attempt(name, runner));
  }
  const count = totals(xml);
  // A runner that fails for another reason than a test (a leak, a crash) is a failure too.
  if (!success && count.failed === 0) count.failed = 1;
  return count;
}

function denoTest(
  name: string,
  paths: string[],
  { ignore = [], ...setting }: Setting & { ignore?: string[] } = {},
) {
  return reported(name, {
    command: deno,
    args: (report) => [
      "test",
      "--allow-all",
      "--no-check",
      `--junit-path=${report}`,
      ...(ignore.length ? [`--ignore=${ignore.join(",")}`] : []),
      ...paths,
    ],
    ...setting,
  });
}

/**
 * The browser tests, each file in a process of its own, so that one which ends early takes no other
 * along. A file with a failure runs once more, and that counts: on a busy machine a browser can be
 * late in ways no page is to blame for. What needed it is named.
 */
async function browserTests(): Promise<Totals> {
  await buildOnce();
  const file = (name: string) =>
    denoTest(name, [join("web/e2e", name)], {
      env: { [BUILT]: "1" },
      within: BROWSER_MS,
    });
  const names = Array.from(Deno.readDirSync(join(root, "web/e2e")))
    .map(({ name }) => name).filter((name) => /_test\.tsx?$/.test(name)).sort();
  const counts = new Map<string, Totals>();
  for (const name of names) counts.set(name, await file(name));
  const failed = names.filter((name) => counts.get(name)!.failed > 0);
  for (const name of failed) {
    console.log(`\n── e2e, once more: ${name} ──`);
    counts.set(name, await file(name));
  }
  return sum([...counts.values()]);
}

const suites: Record<string, () => Promise<Totals>> = {
  async check() {
    const ok = await passes(deno, ["task", "--quiet", "check"]);
    return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
  },
  async deno() {
    const ignore = ["web/e2e", "web/attacks"];
    return sum([
      await denoTest("tasks", [".tasks"]),
      await denoTest("web", ["web"], { ignore }),
      await denoTest("transcriber", ["transcriber"]),
    ]);
  },
  bun: () =>
    reported("bun", {
      command: bun,
      args: (report) => [
        "test",
        "--timeout=60000",
        "--reporter=junit",
        `--reporter-outfile=${report}`,
      ],
      cwd: join(root, "realtime"),
    }),
  e2e: browserTests,
  attacks: () => denoTest("attacks", ["web/attacks"]),
};

const chosen = Deno.args.filter((arg) => arg !== "--");
const unknown = chosen.filter((name) => !(name in suites));
if (unknown.length > 0) {
  console.error(
    `No suite is called ${unknown[0]}. There are: ${Object.keys(suites)}.`,
  );
  Deno.exit(2);
}

await installPackages();
await installSystem([...pocketsphinx, ...testTools]);

const counts: Totals[] = [];
for (const name of chosen.length ? chosen : Object.keys(suites)) {
  console.log(`\n── ${name} ──`);
  counts.push(await suites[name]());
}
await Deno.remove(reports, { recursive: true });

const all = sum(counts);
console.log(`\n${closingLine(all)}`);
Deno.exit(all.failed > 0 || all.passed === 0 ? 1 : 0);
