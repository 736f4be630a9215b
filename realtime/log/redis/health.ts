import { Cluster, type Redis } from "ioredis";
import type { Logger } from "../../operations/logger.ts";

/** A Redis that would lose messages by itself; the message says what to set. */
export class UnsafeRedisError extends Error {
  readonly code = "redis-unsafe";
  override name = "UnsafeRedisError";
}

/**
 * Judges a server by its `INFO`: its version, what it evicts, and what it keeps.
 *
 * @returns warnings for an operator, each a sentence.
 * @throws {UnsafeRedisError} if it is too old, or would evict messages.
 */
export function judgeRedis(info: string): string[] {
  const fields = new Map(
    info.split("\r\n").map((line) => line.split(":") as [string, string]),
  );
  const version = fields.get("redis_version") ?? "0";
  if (Number.parseInt(version) < 7) {
    throw new UnsafeRedisError(
      `REDIS_URL names Redis ${version}; ChatSphere needs Redis 7 or Valkey.`,
    );
  }
  const policy = fields.get("maxmemory_policy") ?? "noeviction";
  if (policy.startsWith("allkeys")) {
    throw new UnsafeRedisError(
      `Redis evicts messages when it is full (maxmemory-policy ${policy}); set it to noeviction.`,
    );
  }
  if (fields.get("aof_enabled") === "1") return [];
  return [
    "Redis keeps no append-only file: messages acknowledged since its last snapshot are lost when it stops. Set appendonly yes.",
  ];
}

/**
 * Judges every server there is, masters and replicas, with each warning as a log line.
 *
 * @throws {UnsafeRedisError} as {@link judgeRedis}.
 */
export async function checkRedis(
  client: Redis | Cluster,
  logger: Logger,
): Promise<void> {
  const first = await client.info();
  const nodes = client instanceof Cluster ? client.nodes("all") : [];
  // A node that is down says nothing now, and is not what serves.
  const others = await Promise.allSettled(nodes.map((node) => node.info()));
  const answers = others.map((it) => it.status === "fulfilled" ? it.value : "");
  const infos = answers.filter((it) => it !== "");
  const found = infos.length > 0 ? infos : [first];
  for (const reason of new Set(found.flatMap(judgeRedis))) {
    logger("warn", "redis-not-durable", { reason });
  }
}
