/** Realtime and two workers of web as processes, people with devices on loopback, and a room. */
import { freePorts } from "../../../.tasks/free-ports.ts";
import { run, type Running, whenReady } from "../../../.tasks/processes.ts";
import { type Service, services } from "../../../.tasks/services.ts";
import { register } from "../../accounts/register.ts";
import { createSession } from "../../accounts/sessions.ts";
import type { Account } from "../../accounts/types.ts";
import { readConfig } from "../../config.ts";
import { createServices } from "../../open-services.ts";
import { entered, entering } from "../../rooms/entering.ts";
import { addDevice } from "../devices.ts";
import {
  startPushService,
  type TestPushService,
} from "../push/testing-service.ts";

/** The processes: two of web share its KV, as instances do. */
export type Process = "web-1" | "web-2" | "realtime";

export interface World extends AsyncDisposable {
  s: Awaited<ReturnType<typeof createServices>>;
  push: TestPushService;
  /** The port of realtime. */
  port: number;
  /** Makes somebody, with a device for each of these names. */
  person(name: string, devices?: string[]): Promise<Account>;
  join(account: Account, roomId: string): Promise<void>;
  /** SIGKILL. */
  kill(name: Process): Promise<void>;
  restart(name: Process): Promise<void>;
  /** The e-mails that were sent. */
  mails(): { to: string; text: string; id: string; at: number }[];
  /** What the processes printed. */
  output: string[];
}

/** Where somebody gets their e-mails. */
export const addressOf = (name: string): string =>
  `${name.toLowerCase()}@example.com`;

/** Starts them, with these variables besides their own. */
export async function startWorld(
  extra: Record<string, string> = {},
): Promise<World> {
  const dataDir = await Deno.makeTempDir({ prefix: "notices-" });
  const [web, other, realtime] = freePorts(3).map(String);
  const env = {
    PORT: web,
    WS_PORT: realtime,
    DATA_DIR: dataDir,
    APP_URL: `http://127.0.0.1:${web}`,
    WEB_INTERNAL_URL: `http://127.0.0.1:${web}`,
    REALTIME_INTERNAL_URL: `http://127.0.0.1:${realtime}`,
    ...extra,
  };
  const worker = (port: string): Service => ({
    name: "web",
    command: Deno.execPath(),
    args: [
      "run",
      "--no-check",
      "--allow-all",
      "web/notifications/faults/worker.ts",
    ],
    env: { ...env, PORT: port },
    health: `http://127.0.0.1:${port}/healthz`,
  });
  const isRealtime = ({ name }: Service) => name === "realtime";
  const known: Record<Process, Service> = {
    "web-1": worker(web),
    "web-2": worker(other),
    realtime: services(env).find(isRealtime)!,
  };
  const output: string[] = [];
  const running = new Map<Process, Running>();
  const start = async (name: Process) => {
    const child = run(
      known[name],
      (line) => output.push(`${name} ${line}`),
      extra,
    );
    running.set(name, child);
    await whenReady([child]);
  };
  await Deno.writeTextFile(`${dataDir}/mails`, "");
  const push = startPushService();
  // What makes the keys and the store is one process's at a time.
  await start("web-1");
  await start("web-2");
  await start("realtime");
  const s = await createServices(readConfig(env));
  const anywhere = { push: { ...s.push, check: () => Promise.resolve() } };
  return {
    s,
    push,
    port: Number(realtime),
    output,
    async person(name, devices = []) {
      const account = await register(s, {
        name,
        email: addressOf(name),
        password: "correct horse battery",
        consent: false,
        withoutFace: true,
        selfies: [],
      });
      const { token } = await createSession(s, account.id);
      for (const device of devices) {
        const { p256dh, auth, endpoint } = await push.subscribe(device);
        const told = { p256dh, auth, endpoint, name: device, token };
        await addDevice({ ...s, ...anywhere }, account.id, told);
      }
      return account;
    },
    async join(account, roomId) {
      const { commit } = await entering(s, account, roomId);
      if (!(await commit.commit()).ok) throw new Error("Nobody else joins.");
      await entered(s, account, roomId);
    },
    mails() {
      const lines = Deno.readTextFileSync(`${dataDir}/mails`).split("\n");
      return lines.filter(Boolean).map((line) => JSON.parse(line));
    },
    kill: (name) => running.get(name)!.stop("SIGKILL"),
    restart: start,
    async [Symbol.asyncDispose]() {
      await Promise.all([...running.values()].map((it) => it.stop("SIGKILL")));
      await push[Symbol.asyncDispose]();
      s.kv.close();
      await Deno.remove(dataDir, { recursive: true });
    },
  };
}
