/**
 * `deno task faults`: the promises of the realtime service, checked on real processes that
 * are killed, stopped, frozen and cut off. Ends with one line of counts, and with an error
 * if any promise was broken.
 */
import { parseArgs } from "node:util";
import { closingLine, type Verdict } from "./checker.ts";
import { type FaultKind, FAULTS } from "./plan.ts";
import { isSound, run, type RunResult } from "./run.ts";
import type { StoreKind } from "./stores.ts";
import { installBrowser } from "./tap.ts";

const USAGE = `Usage: deno task faults [options]
  --seconds N   how long faults are injected in all (60)
  --seed N      repeats the schedule of an earlier run (random)
  --cluster     a Redis Cluster of three nodes instead of one Redis
  --only LOG    one log alone: redis, cluster or sqlite`;

/** Violations printed in full. */
const SHOWN = 20;

/** Ends with a code of its own: no promise was checked. */
function fail(sentence: string): never {
  console.error(sentence);
  process.exit(2);
}

function readOptions() {
  try {
    const { values } = parseArgs({
      args: process.argv.slice(2).filter((arg) => arg !== "--"),
      options: {
        seconds: { type: "string", default: "60" },
        seed: {
          type: "string",
          default: `${Math.floor(Math.random() * 1_000_000)}`,
        },
        cluster: { type: "boolean", default: false },
        only: { type: "string" },
      },
    });
    return values;
  } catch {
    fail(USAGE);
  }
}

const options = readOptions();
const seconds = Number(options.seconds);
const seed = Number(options.seed);
if (!(seconds >= 1 && seconds <= 86_400) || !Number.isInteger(seed)) {
  fail(USAGE);
}
const redis: StoreKind = options.cluster ? "cluster" : "redis";
const stores = ([redis, "sqlite"] as StoreKind[]).filter((kind) =>
  !options.only || options.only === kind
);
if (stores.length === 0) fail(USAGE);
if (stores.includes(redis) && !Bun.which("redis-server")) {
  fail(
    "redis-server is missing: apt-get install redis-server, or --only sqlite.",
  );
}

function print(store: StoreKind, result: RunResult) {
  const { injected, verdict, identified, replaced, waiting, troubles } = result;
  console.log(
    `\n${store}: ${verdict.acknowledged} messages acknowledged, ` +
      `${verdict.unacknowledged} not; identified ${identified} times, ` +
      `${replaced} windows replaced`,
  );
  for (const [kind, count] of injected.counts) {
    const hit = injected.connections.get(kind);
    const which = kind === "slow-reader" ? "let go" : "connections";
    const more = hit === undefined ? "" : ` (${hit} ${which})`;
    console.log(`  ${`${count}`.padStart(4)}  ${FAULTS[kind]}${more}`);
  }
  if (waiting > 0) console.log(`  still waiting to be sent: ${waiting}`);
  for (const trouble of troubles) console.log(`  ${trouble}`);
  for (const { kind, room, what } of verdict.violations.slice(0, SHOWN)) {
    console.log(`  ${kind} in ${room}: ${what}`);
  }
  const rest = verdict.violations.length - SHOWN;
  if (rest > 0) console.log(`  … and ${rest} more`);
  if (result.folder) console.log(`  output of the processes: ${result.folder}`);
}

const counted = (counts: Map<FaultKind, number>) =>
  [...counts.values()].reduce((sum, count) => sum + count, 0);

// Leaving through `exit` ends the processes that were started.
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => process.exit(130));
}
installBrowser();
console.log(`seed ${seed}, ${seconds} s`);
const verdicts: Verdict[] = [];
let faults = 0, sound = true;
for (const store of stores) {
  const share = seconds / stores.length;
  const result = await run({ store, seconds: share, seed })
    .catch((error: Error) =>
      fail(`The ${store} run broke off: ${error.message}`)
    );
  print(store, result);
  faults += counted(result.injected.counts);
  sound &&= isSound(result);
  verdicts.push(result.verdict);
}
console.log(`\n${closingLine(faults, verdicts)}`);
process.exit(sound && faults > 0 ? 0 : 1);
