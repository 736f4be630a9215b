import { startRedis, type TestRedis } from "./testing.ts";

/** Three masters that share the slots. */
export interface TestCluster {
  nodes: TestRedis[];
  urls: string[];
  stop(): Promise<void>;
}

/** Starts a cluster of three on free ports and waits until it takes commands. */
export async function startCluster(): Promise<TestCluster> {
  const settings = ["--cluster-enabled", "yes", "--cluster-node-timeout"];
  const nodes: TestRedis[] = [];
  // One after the other: two that probe for a free port at once may find the same.
  for (let i = 0; i < 3; i += 1) {
    nodes.push(await startRedis(...settings, "2000"));
  }
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  const create = ["--cluster", "create", ...addresses, "--cluster-yes"];
  const { exitCode, stdout } = Bun.spawnSync(["redis-cli", ...create]);
  if (exitCode !== 0) throw new Error(stdout.toString());
  for (const { port } of nodes) await untilReady(port);
  return {
    nodes,
    urls: nodes.map(({ url }) => url),
    async stop() {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

async function untilReady(port: number): Promise<void> {
  for (let i = 0; i < 200; i += 1) {
    const ask = ["redis-cli", "-p", String(port), "cluster", "info"];
    const { stdout } = Bun.spawnSync(ask);
    if (stdout.toString().includes("cluster_state:ok")) return;
    await Bun.sleep(50);
  }
  throw new Error("The cluster did not come up.");
}
