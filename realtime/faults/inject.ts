import type { Issuer } from "../tests/testing.ts";
import type { Child } from "./child.ts";
import type { RecordingClient } from "./client.ts";
import type { Fault, FaultKind } from "./plan.ts";
import type { Proxy } from "./proxy.ts";
import type { Store } from "./stores.ts";
import { HEAVY_ROOM, readSlowly } from "./slow-reader.ts";

/** What can be broken. */
export interface System {
  /** Instances and store nodes, by name. */
  children: Map<string, Child>;
  ports: number[];
  clients: RecordingClient[];
  proxy: Proxy;
  issuer: Issuer;
  random: () => number;
  store: Pick<Store, "refuse">;
}

/** What was done. */
export interface Injected {
  counts: Map<FaultKind, number>;
  /** Connections cut, delayed and stalled; slow readers let go. */
  connections: Map<FaultKind, number>;
}

/** The share of connections a fault of the network hits, and of pages that are reloaded. */
const SHARE = 0.4;
const RELOADS = 0.08;
/** Milliseconds that SQLite waits for a lock. */
const PATIENCE_OF_SQLITE = 2_000;
/** How many people write too much at once, and how many messages each: more than go at once. */
const WRITERS = 3;
const MESSAGES = 60;

/**
 * Carries a plan out and undoes every fault. A target's next fault waits until the one
 * before is undone.
 *
 * @throws Error if a process could not be started again.
 */
export async function inject(
  faults: Fault[],
  system: System,
): Promise<Injected> {
  const injected: Injected = { counts: new Map(), connections: new Map() };
  const start = performance.now();
  const targets = new Map<string, Promise<void>>();
  let failure: unknown;
  for (const fault of faults) {
    await Bun.sleep(Math.max(0, start + fault.at - performance.now()));
    if (failure) break;
    const before = targets.get(fault.target) ?? Promise.resolve();
    const done = before.then(() => apply(fault, system, injected))
      .catch((error) => void (failure ??= error));
    targets.set(fault.target, done);
  }
  await Promise.all(targets.values());
  if (failure) throw failure;
  return injected;
}

async function apply(
  { kind, target, lasts }: Fault,
  system: System,
  { counts, connections }: Injected,
): Promise<void> {
  const add = (to: Map<FaultKind, number>, n: number) =>
    to.set(kind, (to.get(kind) ?? 0) + n);
  const { proxy, random, clients } = system;
  const child = system.children.get(target);
  add(counts, 1);
  switch (kind) {
    case "kill-instance":
    case "kill-store":
      await child?.kill();
      await Bun.sleep(lasts / 3);
      await child?.start();
      break;
    case "stop-instance":
    case "stop-store":
      await child?.stop();
      await Bun.sleep(lasts / 3);
      await child?.start();
      break;
    case "freeze-instance":
    case "freeze-store":
      child?.freeze();
      await Bun.sleep(lasts);
      child?.thaw();
      break;
    case "cut":
      add(connections, proxy.cut(SHARE));
      break;
    case "delay":
      add(connections, proxy.delay(SHARE));
      await Bun.sleep(lasts);
      proxy.delay(0);
      break;
    case "stall":
      add(connections, proxy.stall(SHARE));
      await Bun.sleep(lasts);
      proxy.stall(0);
      break;
    case "slow-reader":
      add(connections, await slowReader(system) ? 1 : 0);
      break;
    case "refuse-writes": {
      const undo = await system.store.refuse(random);
      await Bun.sleep(PATIENCE_OF_SQLITE + lasts);
      await undo();
      break;
    }
    case "burst":
      for (let i = 0; i < WRITERS; i += 1) {
        const client = clients[Math.floor(random() * clients.length)]!;
        client.send(...Array.from({ length: MESSAGES }, (_, n) => `${n + 1}`));
      }
      break;
    case "reload":
      for (const client of clients) {
        if (random() < RELOADS) await client.reload();
      }
  }
}

async function slowReader({ ports, clients, issuer, random }: System) {
  const port = ports[Math.floor(random() * ports.length)] ?? 0;
  const { room } = clients[Math.floor(random() * clients.length)]!.record;
  const token = await issuer.personToken("slow", {
    [room]: "member",
    [HEAVY_ROOM]: "member",
  });
  return readSlowly(port, token, room);
}
