import { Cluster, Redis } from "ioredis";
import type { Entry, Kind } from "../entry.ts";
import { readLine } from "../lines.ts";
import { errorFields, type Logger } from "../../operations/logger.ts";
import { SCRIPTS } from "./scripts.ts";

type Args = (string | number)[];
type Script<Reply> = (
  keys: number,
  ...args: Args
) => Promise<Reply>;

/** An entry as the scripts give it. */
export type StreamEntry = [id: string, written: [kind: Kind, line: string]];

/** The entry a script gave. */
export function toEntry([id, [kind, line]]: StreamEntry): Entry {
  const [offset, epoch = ""] = id.split("-");
  return { offset: Number(offset), epoch, ...readLine(kind, line) };
}

/** A room's new entries, as the script published them, and whether to every instance. */
export function published(text: string): { toAll: boolean; entries: Entry[] } {
  const [about = "", ...lines] = text.split("\n");
  const toAll = about.startsWith("a");
  const [epoch = "", before, kinds = ""] = about.slice(Number(toAll))
    .split(" ");
  const entries = lines.map((line, i) => ({
    epoch,
    offset: Number(before) + 1 + i,
    ...readLine(kinds[i] as Kind, line),
  }));
  return { toAll, entries };
}

/**
 * What became of a room's appends: the offset before the first if all are new, else one
 * for each; the offset, or `=` and the offset it had, or `!` and why it failed.
 */
export type Outcomes = number | (number | string)[];

interface Scripts {
  /** For each room: the epoch, 1 if it was published (2: to every instance), and what became of
   * its appends. */
  chatAppend: Script<(string | number | Outcomes)[]>;
  chatRead: Script<[epoch: string, offset: string, entries: StreamEntry[]]>;
  chatPage: Script<
    [epoch: string, offset: string, StreamEntry[], StreamEntry[]]
  >;
  chatMarkRead: Script<number>;
  chatUnread: Script<[read: number, count: number, mentioned: number]>;
  chatBeginEpoch: Script<number>;
  chatTrim: Script<number>;
  chatSettleRoom: Script<number>;
  chatRestore: Script<number>;
  chatPutBack: Script<number>;
  /** The offset to go on from, or 0; and messages that may say nothing any more. */
  chatRename: Script<[from: number, ...ids: string[]]>;
  chatPutMembers: Script<[before: number, members: string[]] | null>;
  chatUpdateMembers: Script<[before: number, roles: string[]] | null>;
  chatDropMember: Script<number>;
  chatLink: Script<number>;
  /** Whether what was expected was there. */
  chatIndex: Script<number>;
}

export type Client = (Redis | Cluster) & Scripts;

/** Milliseconds a command may take; then the caller is told that the store is away. */
const COMMAND_TIMEOUT = 4_000;

const backoff = (times: number) =>
  Math.min(50 * 2 ** Math.min(times, 6), 2_000) * (0.5 + Math.random() / 2);

/** Connects to one server, or with several addresses to the cluster they belong to. */
export function connect(urls: string[], logger: Logger): Client {
  const client = urls.length > 1 ? connectCluster(urls) : connectOne(urls);
  client.on("error", (error) => {
    logger("warn", "redis-connection", errorFields(error));
  });
  return client as Client;
}

/** A second connection for subscriptions; a cluster client keeps its own. */
export function connectSubscriber(client: Client, logger: Logger): Client {
  if (client instanceof Cluster) return client;
  const subscriber = client.duplicate({ commandTimeout: undefined });
  subscriber.on("error", (error) => {
    logger("warn", "redis-connection", errorFields(error));
  });
  return subscriber as Redis & Scripts;
}

function connectOne([url = ""]: string[]): Redis {
  return new Redis(url, {
    protocol: 2,
    scripts: SCRIPTS,
    commandTimeout: COMMAND_TIMEOUT,
    maxRetriesPerRequest: null,
    retryStrategy: backoff,
  });
}

function connectCluster(urls: string[]): Cluster {
  const nodes = urls.map((url) => {
    const { hostname, port } = new URL(url);
    return { host: hostname, port: Number(port || 6379) };
  });
  const { username, password, protocol } = new URL(urls[0] ?? "");
  return new Cluster(nodes, {
    scripts: SCRIPTS,
    shardedSubscribers: true,
    clusterRetryStrategy: backoff,
    slotsRefreshTimeout: 2_000,
    redisOptions: {
      protocol: 2,
      username: username || undefined,
      password: decodeURIComponent(password) || undefined,
      tls: protocol === "rediss:" ? {} : undefined,
      commandTimeout: COMMAND_TIMEOUT,
    },
  });
}
