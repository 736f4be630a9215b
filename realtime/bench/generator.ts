// The load generator: a process of its own, so that every measurement finds it fresh.
import { readFileSync } from "node:fs";
import process from "node:process";
import type { WireName } from "./client.ts";
import { Crowd, type Load, type Shape } from "./crowd.ts";
import type { DialectName } from "./dialect.ts";

/** What a generator is to do. */
export interface Job {
  dialect: DialectName;
  shape: Shape;
  wire: WireName;
  ports: number[];
  /** Of each client; none for servers that ask for none. */
  tokens: string[];
  /** The processes whose CPU is counted: the servers', and their store's. */
  servers: number[];
  stores: number[];
  warmUp: number;
  /** 0: only connect, and stay. */
  seconds: number;
}

/** What a generator reports. */
export interface Report extends Load {
  lost: number;
  duplicated: number;
  /** Seconds of CPU used while it was counted. */
  serverCpu: number;
  storeCpu: number;
  generatorCpu: number;
}

/** The kernel's clock ticks a second, as /proc/PID/stat counts them. */
const TICKS = 100;

function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name in parentheses may hold spaces; the fields after it do not (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

const sumCpu = (pids: number[]) =>
  pids.reduce((total, pid) => total + cpuOf(pid), 0);

async function work(job: Job): Promise<Report | null> {
  const { servers, stores } = job;
  const crowd = new Crowd(job.dialect, job.shape, job.wire);
  await crowd.connect(job.ports, job.tokens);
  if (job.seconds === 0) return null;
  const read = () => [servers, stores, [process.pid]].map(sumCpu);
  let before: number[] = [];
  const load = await crowd.run(job.warmUp, job.seconds, () => before = read());
  const [serverCpu = 0, storeCpu = 0, generatorCpu = 0] = read()
    .map((used, i) => used - (before[i] ?? 0));
  const faults = await crowd.settle();
  return { ...load, ...faults, serverCpu, storeCpu, generatorCpu };
}

process.on("message", async (job: Job) => {
  try {
    process.send?.({ report: await work(job) });
  } catch (error) {
    process.send?.({ failure: String(error) });
  }
});
