/**
 * What searching costs in Redis with its search engine: `bun bench/search-redis.ts [messages]`
 * (1,000,000), the messages and searches of `search.ts`. Debian's engine is what it measures. The
 * messages are written first, and put into the index then, as those of an older log are.
 */
import { Redis } from "ioredis";
import { RedisLog } from "../log/redis/log.ts";
import { Recorder, settled, startRedis } from "../log/testing.ts";
import { MODULE } from "../log/testing-stores.ts";
import { COUNT, measureSearches, ownCpu, write } from "./corpus.ts";

const redis = await startRedis("--loadmodule", MODULE);
const raw = new Redis(redis.url);

const field = async (section: string, name: string) =>
  Number(new RegExp(`${name}:([\\d.]+)`).exec(await raw.info(section))?.[1]);
/** Microseconds of CPU that Redis used. */
const redisCpu = async () =>
  1e6 * (await field("cpu", "used_cpu_user") +
    await field("cpu", "used_cpu_sys"));

async function open(): Promise<RedisLog> {
  const log = new RedisLog([redis.url], new Recorder(), console.error);
  await log.start();
  return log;
}

try {
  await raw.call("ACL", "SETUSER", "default", "-ft.create", "-ft.info");
  const writer = await open();
  await settled(writer);
  await write(writer);
  await writer.close();
  await raw.call("ACL", "SETUSER", "default", "+@all");
  const bytes = await field("memory", "used_memory");
  const before = [await redisCpu(), ownCpu()] as const;
  const log = await open();
  while (log.isIndexing) await Bun.sleep(100);
  const each = (total: number) => (total / COUNT).toFixed(1);
  console.log(
    `index: ${
      each(await field("memory", "used_memory") - bytes)
    } B a message, ` +
      `beside ${each(bytes)} B of the log; ${
        each(await redisCpu() - before[0])
      } µs of Redis's CPU and ${each(ownCpu() - before[1])} µs of ours`,
  );
  await measureSearches(
    (query) => log.search(query),
    async () => await redisCpu() + ownCpu(),
  );
  await log.close();
} finally {
  raw.disconnect();
  await redis.stop();
}
