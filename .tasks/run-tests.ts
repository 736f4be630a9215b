/**
 * `deno task test`: every test of every service, then the browser tests, then one closing line.
 * Names after `--` choose suites: check, deno, bun, e2e, attacks.
 */
import {
  closingLine,
  failedFiles,
  sum,
  type Totals,
  totals,
  totalsWithout,
} from "./junit.ts";
import { join } from "./paths.ts";
import { root } from "./services.ts";
import {
  installPackages,
  installSystem,
  pocketsphinx,
  testTools,
} from "./setup.ts";

const deno = Deno.execPath();
const bun = join(root, "node_modules/.bin/bun");
const reports = await Deno.makeTempDir({ prefix: "chatsphere-tests-" });

async function passes(command: string, args: string[], cwd = root) {
  const { success } = await new Deno.Command(command, {
    args,
    cwd,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
    // The caller's settings must not change what the tests see.
    env: { NO_COLOR: "1" },
  }).spawn().status;
  return success;
}

const reportOf = (name: string) => join(reports, `${name}.xml`);

async function reported(
  name: string,
  command: string,
  args: (report: string) => string[],
  cwd = root,
): Promise<Totals> {
  const report = reportOf(name);
  const success = await passes(command, args(report), cwd);
  const xml = await Deno.readTextFile(report).catch(() => undefined);
  const count = totals(xml);
  // A runner that fails for another reason than a test (a leak, a crash) is a failure too.
  if (!success && count.failed === 0) count.failed = 1;
  return count;
}

const denoTest = (name: string, paths: string[], ignore: string[] = []) =>
  reported(name, deno, (report) => [
    "test",
    "--allow-all",
    "--no-check",
    `--junit-path=${report}`,
    ...(ignore.length ? [`--ignore=${ignore.join(",")}`] : []),
    ...paths,
  ]);

/**
 * The browser tests. A file with a failure runs once more by itself, and that counts: on a busy
 * machine a browser can be late in ways no page is to blame for. What needed it is named.
 */
async function browserTests(): Promise<Totals> {
  const count = await denoTest("e2e", ["web/e2e"]);
  const xml = await Deno.readTextFile(reportOf("e2e")).catch(() => "");
  const files = failedFiles(xml);
  if (files.length === 0) return count;
  console.log(`\n── e2e, once more: ${files.join(" ")} ──`);
  const again = await denoTest("e2e-again", files);
  return sum([totalsWithout(files, xml), again]);
}

const suites: Record<string, () => Promise<Totals>> = {
  async check() {
    const ok = await passes(deno, ["task", "--quiet", "check"]);
    return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
  },
  deno: () =>
    denoTest("deno", [".tasks", "web", "transcriber"], [
      "web/e2e",
      "web/attacks",
    ]),
  bun: () =>
    reported("bun", bun, (report) => [
      "test",
      "--timeout=60000",
      "--reporter=junit",
      `--reporter-outfile=${report}`,
    ], join(root, "realtime")),
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
