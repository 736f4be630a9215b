import { Cluster, Redis } from "ioredis";
import { judgeRedis } from "../../realtime/log/redis/health.ts";
import {
  type Env,
  type Finding,
  note,
  ok,
  reasonOf,
  text,
  within,
  wrong,
} from "./finding.ts";

const TIMEOUT = 5_000;

function open(urls: string[]): Redis | Cluster {
  const once = {
    lazyConnect: true,
    connectTimeout: TIMEOUT,
    maxRetriesPerRequest: 1,
    retryStrategy: () => null,
  };
  if (urls.length === 1) return new Redis(urls[0], { ...once, protocol: 2 });
  const { username, password, protocol } = new URL(urls[0]);
  return new Cluster(urls, {
    lazyConnect: true,
    clusterRetryStrategy: () => null,
    redisOptions: {
      protocol: 2,
      connectTimeout: TIMEOUT,
      username: username || undefined,
      password: decodeURIComponent(password) || undefined,
      tls: protocol === "rediss:" ? {} : undefined,
    },
  });
}

/** Redis as realtime would use it: reachable, new enough, keeping what it is given. */
export async function checkRedis(env: Env): Promise<Finding[]> {
  const urls = (text(env, "REDIS_URL") ?? "").split(",")
    .map((url) => url.trim()).filter(Boolean);
  if (urls.length === 0) {
    return [note(
      "REDIS_URL",
      "Unset: realtime keeps rooms in SQLite, which is for one instance.",
    )];
  }
  // Malformed ones are told with the variables.
  if (!urls.every((url) => /^rediss?:\/\//.test(url) && URL.canParse(url))) {
    return [];
  }
  const client = open(urls);
  let last: unknown;
  client.on("error", (error) => last = error);
  try {
    await within(TIMEOUT, client.connect());
    return await judge(client);
  } catch (error) {
    return [refused(last ?? error)];
  } finally {
    client.disconnect();
  }
}

function refused(error: unknown): Finding {
  const reason = reasonOf(error);
  if (/WRONGPASS|NOAUTH|AUTH/.test(reason)) {
    return wrong(
      "REDIS_URL",
      "REDIS_URL: Redis refuses the user name or password in it. Correct them: redis://user:password@host:port.",
    );
  }
  if (/NOPERM/.test(reason)) {
    return wrong(
      "REDIS_URL",
      `REDIS_URL: the user may not do what is needed (${reason}). Give it ~chatsphere:* &chatsphere:* +@all -@admin -@dangerous +info +cluster.`,
    );
  }
  return wrong(
    "REDIS_URL",
    `REDIS_URL: Redis cannot be reached (${reason}). Check host, port and scheme (rediss:// is encrypted, redis:// is not), and that this network may connect.`,
  );
}

async function judge(client: Redis | Cluster): Promise<Finding[]> {
  const nodes = client instanceof Cluster ? client.nodes("master") : [client];
  const found: Finding[] = [];
  for (const node of nodes) {
    const info = await within(TIMEOUT, node.info());
    const where = nodes.length > 1 ? ` (${node.options.host})` : "";
    found.push(...judgeNode(info, where));
  }
  await probe(client);
  return found.length ? found : [ok("Redis", await versionOf(nodes[0]))];
}

function judgeNode(info: string, where: string): Finding[] {
  try {
    return judgeRedis(info).map((sentence) =>
      wrong("Redis", `${sentence}${where}`)
    );
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "UnsafeRedisError") {
      throw error;
    }
    return [wrong("Redis", `${error.message}${where}`)];
  }
}

/** Writes and deletes one key of its own. */
async function probe(client: Redis | Cluster) {
  const key = `chatsphere:doctor:${crypto.randomUUID()}`;
  await within(TIMEOUT, client.set(key, "1", "EX", 60));
  await within(TIMEOUT, client.del(key));
}

async function versionOf(node: Redis): Promise<string> {
  const version = /redis_version:(\S+)/.exec(await node.info("server"))?.[1];
  return `Version ${version} answers, keeps an append-only file and evicts nothing.`;
}
