import type { Logger } from "../logger.ts";

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

/** Reads `INFO` and judges it, with each warning as a log line. */
export async function checkRedis(
  read: () => Promise<string>,
  logger: Logger,
): Promise<void> {
  for (const reason of judgeRedis(await read())) {
    logger("warn", "redis-not-durable", { reason });
  }
}
