/** All three services, built and run as in production, on free ports and a temporary folder. */
import { freePorts } from "../../.tasks/free-ports.ts";
import { run, type Running, whenReady } from "../../.tasks/processes.ts";
import { addresses, services } from "../../.tasks/services.ts";
import { buildOnce } from "./built.ts";

export interface Stack {
  /** The address people open. */
  url: string;
  /** The HTTP address of realtime. */
  realtimeUrl: string;
  /** What the services were started with. */
  env: Record<string, string>;
  /** Every line the services printed. */
  output: string[];
  /** Ends one service: SIGKILL, so that nothing can be tidied up first. */
  kill(name: Running["service"]["name"]): Promise<void>;
  /** Ends one as a platform does, with SIGTERM. */
  stop(name: Running["service"]["name"]): Promise<Deno.CommandStatus>;
  /** Starts a killed one again and waits until it serves. */
  restart(name: Running["service"]["name"]): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts everything, with these variables besides its own.
 * @param dataDir the data folder to start on, which goes with the stack; a new one when left out.
 */
export async function startStack(
  extra: Record<string, string> = {},
  dataDir = Deno.makeTempDirSync({ prefix: "chatsphere-e2e-" }),
): Promise<Stack> {
  await buildOnce();
  const [web, realtime, transcriber] = freePorts(3);
  const env = {
    PORT: String(web),
    WS_PORT: String(realtime),
    TRANSCRIBER_PORT: String(transcriber),
    DATA_DIR: dataDir,
  };
  const output: string[] = [];
  const start = (service: Running["service"]) =>
    run(service, (line) => output.push(`${service.name} ${line}`), extra);
  const running = new Map(
    services(env).map((service) => [
      service.name,
      start(service),
    ]),
  );
  const close = async () => {
    await Promise.all([...running.values()].map((child) => child.stop()));
    await Deno.remove(dataDir, { recursive: true });
  };
  try {
    await whenReady([...running.values()]);
  } catch (error) {
    await close();
    throw new Error(`${(error as Error).message}\n${output.join("\n")}`);
  }
  return {
    url: addresses(env).APP_URL,
    env,
    realtimeUrl: `http://localhost:${realtime}`,
    output,
    kill: (name) => running.get(name)!.stop("SIGKILL"),
    async stop(name) {
      const child = running.get(name)!;
      await child.stop();
      return await child.status;
    },
    async restart(name) {
      const again = start(running.get(name)!.service);
      running.set(name, again);
      await whenReady([again]);
    },
    close,
  };
}
