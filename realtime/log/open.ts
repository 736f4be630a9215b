import type { Config } from "../config.ts";
import type { Logger } from "../operations/logger.ts";
import type { LogListener, RoomLog } from "./log.ts";
import { RedisLog } from "./redis/log.ts";
import { SqliteLog } from "./sqlite/log.ts";

/**
 * Opens the log the configuration names: Redis, or else SQLite in its folder.
 *
 * @throws {UnsafeRedisError} if that Redis would lose messages by itself.
 */
export async function openLog(
  { redisUrls, dataDir }: Config,
  listener: LogListener,
  logger: Logger,
): Promise<RoomLog> {
  if (redisUrls.length === 0) return new SqliteLog(dataDir, listener);
  const log = new RedisLog(redisUrls, listener, logger);
  await log.start();
  return log;
}
