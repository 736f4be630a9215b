/** Runs the load generator and the floors, and reads what processes cost. */
import { join } from "../../.tasks/paths.ts";
import { root } from "../../.tasks/services.ts";
import type { Ask, Job, Report } from "./generator.ts";

const here = (file: string) => join(root, "web/bench", file);
const bun = join(root, "node_modules/.bin/bun");
/** Clock ticks of /proc in a second: fixed on Linux. */
const TICKS = 100;

/** A server under measurement. */
export interface Subject {
  name: "ours" | "floor" | "before";
  port: number;
  /** The process that answers, and one behind it. */
  pid: number;
  behind?: number;
  asks: Ask[];
}

/** What one run of one subject showed; the processor time is in seconds. */
export interface Run extends Report {
  server: number;
  behind: number;
}

/** Seconds of processor a process has taken so far. */
export function cpuOf(pid: number | undefined): number {
  if (pid === undefined) return 0;
  const text = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Resident bytes of a process: all of them, or those that are in no file. */
export function memoryOf(
  pid: number,
  which: "VmRSS" | "RssAnon" = "VmRSS",
): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const [, kB] = new RegExp(`^${which}:\\s+(\\d+)`, "m").exec(status) ?? [];
  return Number(kB) * 1024;
}

async function generate(job: Job): Promise<Report> {
  const child = new Deno.Command(bun, {
    args: ["--no-env-file", here("generator.ts")],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(job)));
  await writer.close();
  const { success, stdout } = await child.output();
  if (!success) throw new Error("The load generator failed.");
  return JSON.parse(new TextDecoder().decode(stdout));
}

/**
 * Asks a subject for some seconds.
 * @throws Error when it refused anything: then it was not the page that was measured.
 */
export async function measure(
  { name, port, pid, behind, asks }: Subject,
  seconds: number,
  connections: number,
): Promise<Run> {
  const before = [cpuOf(pid), cpuOf(behind)];
  const report = await generate({ port, connections, seconds, asks });
  const refused = Object.keys(report.statuses)
    .filter((status) => !/^(2|304)/.test(status));
  if (refused.length > 0) {
    throw new Error(`${name} answered ${JSON.stringify(report.statuses)}`);
  }
  return {
    ...report,
    server: cpuOf(pid) - before[0],
    behind: cpuOf(behind) - before[1],
  };
}

/** A process that printed its port. */
export interface Floor extends AsyncDisposable {
  port: number;
  pid: number;
}

async function start(command: string, args: string[]): Promise<Floor> {
  const child = new Deno.Command(command, {
    args,
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  const port = Number(new TextDecoder().decode(value).trim());
  return {
    port,
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
    },
  };
}

/** What the server itself adds to every answer. */
const OWN = ["content-length", "content-encoding", "date", "transfer-encoding"];

/** `Deno.serve` that answers these headers and bytes, compressed once where that is asked for. */
export async function bareServer(
  answer: Response,
  isCompressed: boolean,
): Promise<Floor> {
  const path = await Deno.makeTempFile({ prefix: "chatsphere-floor-" });
  await Deno.writeFile(path, await answer.bytes());
  const headers = [...answer.headers].filter(([name]) => !OWN.includes(name));
  const floor = await start(Deno.execPath(), [
    "run",
    "--allow-net",
    `--allow-read=${path}`,
    here("floor.ts"),
    path,
    JSON.stringify(headers),
    ...(isCompressed ? ["br"] : []),
  ]);
  await Deno.remove(path);
  return floor;
}

/** A server that puts each body into SQLite, on the disk, before it answers. */
export async function bareAppend(): Promise<Floor> {
  const folder = await Deno.makeTempDir({ prefix: "chatsphere-floor-" });
  const floor = await start(bun, [
    "--no-env-file",
    here("durable-floor.ts"),
    folder,
  ]);
  return {
    ...floor,
    async [Symbol.asyncDispose]() {
      await floor[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
