import { afterAll, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { startRedis, until } from "../log/testing.ts";
import { startCluster } from "../log/testing-cluster.ts";
import { openRedis } from "../log/testing-stores.ts";
import type { HistoryPage } from "../protocol-http.ts";
import { startIssuer, startTestServer, type TestClient } from "./testing.ts";

/** Gives a master a replica, and waits until that has everything. */
async function addReplica(masterPort: number) {
  const replica = await startRedis("--cluster-enabled", "yes");
  const command = ["redis-cli", "--cluster", "add-node"];
  const nodes = [`127.0.0.1:${replica.port}`, `127.0.0.1:${masterPort}`];
  const probe = new Redis(`redis://127.0.0.1:${masterPort}`);
  const master = await probe.call("CLUSTER", "MYID") as string;
  probe.disconnect();
  const as = ["--cluster-slave", "--cluster-master-id", master];
  const { exitCode, stdout } = Bun.spawnSync([...command, ...nodes, ...as]);
  if (exitCode !== 0) throw new Error(stdout.toString());
  const raw = new Redis(replica.url);
  const linked = async () =>
    (await raw.info("replication")).includes("master_link_status:up");
  while (!await linked()) await Bun.sleep(20);
  return { replica, raw };
}

/** A room that a node of the cluster has. */
async function roomOn(raw: Redis): Promise<string> {
  for (let i = 0;; i += 1) {
    const found = await raw.exists(`chatsphere:{room-${i}}:log`)
      .then(() => true, () => false);
    if (found) return `room-${i}`;
  }
}

const received = ({ frames }: TestClient): string[] =>
  frames.flatMap((it) =>
    it.event === "new-message" ? `${it.offset} ${it.message.clientId}` : []
  );

/** Sends until it is acknowledged, as a client does. */
async function insist(client: TestClient, room: string, clientId: string) {
  for (;;) {
    const from = client.frames.length;
    client.chat(room, clientId, `Text of ${clientId}`);
    const answer = () =>
      client.frames.slice(from).find((it) =>
        (it.event === "message-ack" && it.clientId === clientId) ||
        (it.event === "error" && it.ref === clientId)
      );
    await until(() => answer() !== undefined);
    const got = answer();
    if (got?.event === "message-ack") return;
    expect(got).toMatchObject({ retryable: true });
    await Bun.sleep(50);
  }
}

const stops: (() => unknown)[] = [];
afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
});

test(
  "when a node dies and its replica takes over, nothing replicated is lost and all goes on",
  async () => {
    const [cluster, issuer] = await Promise.all([
      startCluster(),
      startIssuer(),
    ]);
    stops.push(issuer.stop, cluster.stop);
    const [master] = cluster.nodes;
    if (!master) throw new Error("no node");
    const { replica, raw } = await addReplica(master.port);
    stops.push(replica.stop, () => raw.disconnect());
    for (const { url } of [...cluster.nodes, replica]) {
      const node = new Redis(url);
      await node.config("SET", "cluster-node-timeout", "500");
      node.disconnect();
    }
    const start = () =>
      startTestServer({
        issuer,
        openLog: (listener) => openRedis(cluster.urls, listener),
      });
    const [one, two] = await Promise.all([start(), start()]);
    stops.push(one.stop, two.stop);
    const masterRaw = new Redis(master.url);
    const room = await roomOn(masterRaw);
    const ann = await one.enter("ann", room);
    const ben = await two.enter("ben", room);
    for (let i = 1; i <= 10; i += 1) await insist(ann, room, `a${i}`);
    // WAIT is about the writes of its own connection, and of all before them.
    await masterRaw.set(`chatsphere:{${room}}:mark`, "1");
    expect(await masterRaw.wait(1, 5_000)).toBe(1);
    masterRaw.disconnect();

    await master.kill();
    for (let i = 1; i <= 10; i += 1) {
      await insist(ann, room, `b${i}`);
      await insist(ben, room, `c${i}`);
    }
    const [role] = await raw.role();
    expect(role).toBe("master");
    await until(() => received(ben).length === 30);
    await until(() => received(ann).length === 30);
    const offsets = received(ann).map((it) => Number(it.split(" ")[0]));
    expect(offsets).toEqual(offsets.map((_, i) => i + 1));
    expect(received(ben)).toEqual(received(ann));
    const token = await issuer.personToken("ann", { [room]: "member" });
    const answer = await two.call(`/rooms/${room}/messages`, token);
    const { messages } = await answer.json() as HistoryPage;
    const stored = messages.map((it) => `${it.offset} ${it.clientId}`);
    expect(stored).toEqual(received(ann));
  },
  40_000,
);
