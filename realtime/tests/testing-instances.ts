import { Cluster, Redis } from "ioredis";
import { startRedis, type TestRedis } from "../log/testing.ts";
import { startCluster } from "../log/testing-cluster.ts";

/** Where two instances keep their rooms. */
export interface Store {
  urls: string[];
  /** A client of a test's own. */
  raw: Redis | Cluster;
  /** The server that has a room. */
  serverOf(room: string): Promise<TestRedis>;
  stop(): Promise<void>;
}

/** A single server. */
export async function oneRedis(): Promise<Store> {
  const redis = await startRedis();
  return {
    urls: [redis.url],
    raw: new Redis(redis.url),
    serverOf: () => Promise.resolve(redis),
    stop: () => redis.stop(),
  };
}

/** A cluster of three. */
export async function threeNodes(): Promise<Store> {
  const { nodes, urls, stop } = await startCluster();
  const raw = new Cluster(urls);
  return {
    urls,
    raw,
    async serverOf(room) {
      for (const node of nodes) {
        const probe = new Redis(node.url);
        // Refused (MOVED) by the nodes that do not have the room's slot.
        const has = await probe.exists(`chatsphere:{${room}}:log`)
          .then(() => true, () => false);
        probe.disconnect();
        if (has) return node;
      }
      throw new Error(`No node has ${room}.`);
    },
    stop,
  };
}
