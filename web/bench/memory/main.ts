/**
 * Whether the memory of web stays as it is: web and realtime run for an hour under a modest load of
 * all kinds, and their memory is read each half minute. Linux only.
 *
 * --minutes 60   --load 1: so many times as much of everything
 * --constructors: which kinds of objects grew after the first quarter; web is asked
 * for its whole heap then, which takes memory of its own
 */
import { parseArgs } from "node:util";
import { freePorts } from "../../../.tasks/free-ports.ts";
import { root, type Service } from "../../../.tasks/services.ts";
import { table } from "../../../realtime/bench/stats.ts";
import { readConfig } from "../../config.ts";
import { build, serve } from "../checkout.ts";
import { memoryOf } from "../measure.ts";
import { seedTalk, seedTeams } from "../seed.ts";
import { grown, type Kind, kindsIn } from "./constructors.ts";
import { inspect } from "./inspector.ts";
import { kindsOf } from "./kinds.ts";
import { startLoad } from "./load.ts";
import {
  hourly,
  lastLine,
  lowest,
  type Sample,
  sampleTable,
} from "./report.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    minutes: { type: "string", default: "60" },
    load: { type: "string", default: "1" },
    constructors: { type: "boolean", default: false },
  },
});
const [minutes, times] = [Number(values.minutes), Number(values.load)];
if (!(minutes > 0 && times > 0)) {
  console.error("--minutes and --load are positive numbers.");
  Deno.exit(2);
}

/** Six teams of ten people in eight rooms each. */
const TEAMS = new Array<number>(6).fill(8);
/** Milliseconds between two samples: fewer where the run is short. */
const EVERY = Math.min(30_000, minutes * 60_000 / 40);

const inMB = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
const wait = (ms: number) =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

/** Web and realtime; web with its inspector at a port. */
const inspected = (port: number) => (all: Service[]): Service[] =>
  all.filter(({ name }) => name !== "transcriber").map((service) =>
    service.name !== "web" ? service : {
      ...service,
      args: service.args.toSpliced(1, 0, `--inspect=127.0.0.1:${port}`),
    }
  );

await using stack = new AsyncDisposableStack();
const data = await Deno.makeTempDir({ prefix: "chatsphere-memory-" });
stack.defer(() => Deno.remove(data, { recursive: true }));
await build(root);
const teams = await seedTeams(readConfig({ DATA_DIR: data }).kvPath!, TEAMS);
{
  await using first = await serve(root, data);
  await seedTalk(first, teams);
}
const [port] = freePorts(1);
const { web, pids } = stack.use(await serve(root, data, inspected(port)));
const inspector = stack.use(await inspect(port));

/** What is alive: V8 collects twice, as what has a finaliser goes only then. */
async function liveHeap(): Promise<number> {
  await inspector.collect();
  await inspector.collect();
  return (await inspector.heap()).used;
}

const fresh = await liveHeap();
const load = startLoad(await kindsOf(web, teams), times);
const began = performance.now();
const samples: Sample[] = [];
let warm: { live: number; kinds?: Map<string, Kind> } | undefined;

async function sample(): Promise<void> {
  samples.push({
    minutes: (performance.now() - began) / 60_000,
    rss: memoryOf(pids.web),
    anonymous: memoryOf(pids.web, "RssAnon"),
    realtime: memoryOf(pids.realtime),
    ...await inspector.heap(),
  });
  console.log(sampleTable(samples.slice(-1)).split("\n").at(-1));
}

console.log(sampleTable([]));
for (let due = 0; due <= minutes * 60_000; due += EVERY) {
  await wait(began + due - performance.now());
  await sample();
  if (!warm && due >= minutes * 60_000 / 4) {
    warm = {
      live: await liveHeap(),
      ...values.constructors && {
        kinds: kindsIn(await inspector.snapshot()),
      },
    };
    console.log(`alive after warm-up: ${inMB(warm.live)}`);
  }
}
await load.end();
const live = await liveHeap();

console.log(`\n${sampleTable(samples)}\n`);
console.log(
  table([
    ["", "done", "failed", "the last because"],
    ...[...load.counts].map(([name, { done, failed, why = "" }]) => [
      ...[name, String(done), String(failed), why],
    ]),
  ]),
);
if (warm?.kinds) {
  const more = grown(warm.kinds, kindsIn(await inspector.snapshot()));
  console.log(
    `\ngrew most since warm-up\n${
      table([
        ["", "more", "kB"],
        ...more.slice(0, 30).map(([name, { count, bytes }]) => [
          ...[name, String(count), (bytes / 1e3).toFixed(0)],
        ]),
      ])
    }`,
  );
}
const done = [...load.counts.values()].reduce((sum, it) => sum + it.done, 0);
console.log(
  `\n${
    Math.round(done / minutes / 60)
  } done a second; lowest heap in each tenth: ${
    lowest(samples, 10).map(({ used }) => inMB(used)).join(", ")
  }`,
);
console.log(
  `alive before the load ${inMB(fresh)}, after warm-up ${
    inMB(warm?.live ?? fresh)
  }, at the end ${inMB(live)}; realtime ${
    inMB(hourly(samples, "realtime"))
  } more an hour`,
);
console.log(lastLine(samples));
