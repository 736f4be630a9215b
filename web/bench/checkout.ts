/** A checkout of the project: built, and its services run as in production. */
import { join, toFileUrl } from "../../.tasks/paths.ts";
import { freePorts } from "../../.tasks/free-ports.ts";
import type * as Processes from "../../.tasks/processes.ts";
import { root } from "../../.tasks/services.ts";
import type * as ServicesOf from "../../.tasks/services.ts";

/** So that few people can send much, and strangers come from many networks: behind a proxy. */
const UNLIMITED = {
  MESSAGE_RATE: "1000000",
  MESSAGE_BURST: "1000000",
  TRUST_PROXY: "1",
};

export interface Serving extends AsyncDisposable {
  web: string;
  realtime: string;
  /** The process ids of web and of realtime. */
  pids: { web: number; realtime: number };
}

async function must(command: string, args: string[], cwd: string) {
  const { success, stderr } = await new Deno.Command(command, {
    args,
    cwd,
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** Builds web there. */
export const build = (folder: string): Promise<void> =>
  must(Deno.execPath(), ["task", "--quiet", "build"], folder);

/** How a checkout starts its services on a data folder, at free ports. */
export async function startersOf(folder: string, dataDir: string) {
  const module = <T>(name: string): Promise<T> =>
    import(toFileUrl(join(folder, ".tasks", name)).href);
  const { run, whenReady } = await module<typeof Processes>("processes.ts");
  const { services } = await module<typeof ServicesOf>("services.ts");
  const [web, realtime, transcriber] = freePorts(3);
  const env = {
    PORT: String(web),
    WS_PORT: String(realtime),
    TRANSCRIBER_PORT: String(transcriber),
    DATA_DIR: dataDir,
  };
  const output: string[] = [];
  return {
    services: services(env),
    start: (service: ServicesOf.Service) =>
      run(service, (line) => {
        // A line for each request would fill the memory of this process.
        if (output.length < 200) output.push(`${service.name} ${line}`);
      }, UNLIMITED),
    whenReady,
    /** The first lines that the services printed. */
    output,
    ports: { web, realtime },
    web: `http://localhost:${web}`,
    realtime: `http://localhost:${realtime}`,
  };
}

/**
 * Starts the services there on a data folder, and waits until they answer.
 *
 * @param choose what is started, and how; otherwise all three.
 */
export async function serve(
  folder: string,
  dataDir: string,
  choose = (all: ServicesOf.Service[]) => all,
): Promise<Serving> {
  const { services, start, whenReady, output, ports, web, realtime } =
    await startersOf(folder, dataDir);
  const running = choose(services).map(start);
  const stop = async () => {
    await Promise.all(running.map((one) => one.stop()));
  };
  try {
    await whenReady(running, 180);
  } catch (error) {
    await stop();
    throw new Error(`${(error as Error).message}\n${output.join("\n")}`);
  }
  return {
    web,
    realtime,
    pids: {
      web: await listening(ports.web),
      realtime: await listening(ports.realtime),
    },
    [Symbol.asyncDispose]: stop,
  };
}

/** The process that listens on a port: of Linux, whose /proc tells. */
export async function listening(port: number): Promise<number> {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const tables = ["tcp", "tcp6"].map((name) =>
    Deno.readTextFile(`/proc/net/${name}`).catch(() => "")
  );
  const inodes = (await Promise.all(tables)).join("\n").split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) =>
      local?.endsWith(`:${hex}`) && state === "0A"
    )
    .map((fields) => `socket:[${fields[9]}]`);
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      for await (const fd of Deno.readDir(`/proc/${name}/fd`)) {
        const link = await Deno.readLink(`/proc/${name}/fd/${fd.name}`)
          .catch(() => "");
        if (inodes.includes(link)) return Number(name);
      }
    } catch {
      // It ended meanwhile, or is not ours to look at.
    }
  }
  throw new Error(`Nobody listens on ${port}.`);
}

/** The commit that this project's pages are compared with. */
export const BEFORE = "21bafe0";

/**
 * A checkout of {@link BEFORE} in a temporary folder, with the packages that are installed here;
 * null where this is no clone that has the commit.
 */
export async function checkOutBefore(): Promise<
  { folder: string } & AsyncDisposable | null
> {
  const folder = join(
    await Deno.makeTempDir({ prefix: "chatsphere-before-" }),
    "tree",
  );
  try {
    await must("git", ["worktree", "add", "--detach", folder, BEFORE], root);
  } catch {
    return null;
  }
  const remove = async () => {
    await must("git", ["worktree", "remove", "--force", folder], root);
    await Deno.remove(join(folder, ".."), { recursive: true });
  };
  try {
    for (const part of ["", "web", "realtime", "transcriber"]) {
      const packages = join(root, part, "node_modules");
      const isThere = await Deno.stat(packages).then(() => true, () => false);
      if (!isThere) continue;
      // Links to the same files: quick, and takes no room.
      await must("cp", ["-al", packages, join(folder, part)], root);
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return { folder, [Symbol.asyncDispose]: remove };
}
