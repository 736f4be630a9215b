/** Child processes: prefixed output, waiting until they serve, stopping them all. */
import { root, type Service } from "./services.ts";

/** A running service. */
export interface Running {
  service: Service;
  status: Promise<Deno.CommandStatus>;
  /** SIGTERM, and SIGKILL if it is still there 10 s later. Resolves when it has ended. */
  stop(signal?: Deno.Signal): Promise<void>;
}

async function copyLines(
  stream: ReadableStream<Uint8Array>,
  write: (line: string) => void,
) {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(write);
  }
  if (rest) write(rest);
}

/** Starts a service; `write` receives each line of its output, standard error included. */
export function run(
  service: Service,
  write: (line: string) => void,
  env: Record<string, string> = {},
): Running {
  const child = new Deno.Command(service.command, {
    args: service.args,
    cwd: root,
    env: { ...service.env, ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  copyLines(child.stdout, write);
  copyLines(child.stderr, write);
  let ended = false;
  child.status.finally(() => ended = true);
  const kill = (signal: Deno.Signal) => {
    // Between the check and the call the process may end by itself.
    try {
      if (!ended) child.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  };
  return {
    service,
    status: child.status,
    async stop(signal = "SIGTERM") {
      kill(signal);
      const timer = setTimeout(() => kill("SIGKILL"), 10_000);
      await child.status;
      clearTimeout(timer);
    },
  };
}

/**
 * Resolves once every service answers its health address.
 * @throws Error naming the first service that ended, or that did not answer in time.
 */
export async function whenReady(running: Running[], seconds = 60) {
  await Promise.all(running.map(async ({ service, status }) => {
    let ended = false;
    status.then(() => ended = true);
    const until = Date.now() + seconds * 1000;
    while (Date.now() < until) {
      if (ended) throw new Error(`${service.name} ended before it was ready.`);
      const ok = await fetch(service.health).then(async (response) => {
        await response.body?.cancel();
        return response.ok;
      }, () => false);
      if (ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${service.name} did not answer within ${seconds} s.`);
  }));
}
