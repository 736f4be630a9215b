import { freePorts } from "../free-ports.ts";
import type { Image } from "./image.ts";
import { jailed } from "./jail.ts";

/** A started image; its root is read-only but for its volumes and /tmp. */
export interface Container {
  /** The code of the image's own HEALTHCHECK. */
  health(): Promise<number>;
  /** The user id the program runs as. */
  uid(): Promise<number>;
  residentBytes(): Promise<number>;
  /** SIGTERM, as an engine sends it. */
  stop(): Promise<Deno.CommandStatus>;
  kill(): Promise<void>;
  output(): string;
}

/** Seconds an engine waits before it kills. */
const GRACE = 10;

/**
 * Starts CMD as it is written, on a free port given by the variable `port`, and waits until its
 * HEALTHCHECK succeeds.
 * @throws Error with the program's output when it ends instead
 */
export async function startContainer(
  image: Image,
  port: string,
): Promise<Container> {
  const { jail, cwd, user, argv } = image;
  // Nothing of this machine but its programs.
  const { DENO_DIR: _, HOME: __, ...own } = image.env;
  const env = { ...own, [port]: `${freePorts(1)[0]}` };
  const writable = [...image.volumes, "/tmp"];
  const alone = { ...jail, shared: {} };
  const command = { cwd, user, env, writable };
  const child = jailed(alone, { ...command, argv }).spawn();
  let said = "";
  const read = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const bytes of stream) said += decoder.decode(bytes);
  };
  const reading = Promise.all([read(child.stdout), read(child.stderr)]);
  let ended: Deno.CommandStatus | undefined;
  child.status.then((status) => ended = status);

  const health = async () => {
    const check = ["/bin/sh", "-c", image.health ?? "exit 1"];
    return (await jailed(alone, { ...command, argv: check }).output()).code;
  };
  const status = async (field: string) => {
    const text = await Deno.readTextFile(`/proc/${child.pid}/status`);
    return Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(text)?.[1]);
  };
  const kill = async () => {
    if (!ended) child.kill("SIGKILL");
    await child.status;
    await reading;
  };
  while (await health() !== 0) {
    if (ended) throw new Error(`It ended with code ${ended.code}: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    health,
    uid: () => status("Uid"),
    residentBytes: async () => await status("VmRSS") * 1024,
    async stop() {
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), GRACE * 1000);
      const result = await child.status;
      clearTimeout(late);
      return result;
    },
    kill,
    output: () => said,
  };
}
