import type { Message, RoomSummary } from "../protocol.ts";
import { errorFields, type Logger } from "../logger.ts";
import { REMOVAL_MEMORY } from "../removals.ts";
import {
  applyAmendments,
  type Entry,
  type NewEntry,
  parseEntryId,
} from "./entry.ts";
import {
  type Appended,
  type LogListener,
  type Page,
  type Removal,
  type RoomLog,
  type Slice,
  StoreError,
  UNREAD_LIMIT,
} from "./log.ts";
import { checkRedis } from "./redis-health.ts";
import {
  appendRooms,
  byRoom,
  type Pending,
  roomKey,
  type Seen,
} from "./redis-batch.ts";
import {
  type Client,
  connect,
  connectSubscriber,
  type StreamEntry,
} from "./redis-client.ts";

/** Appends in one call of the script: a longer one would hold up everyone else. */
const BATCH_LIMIT = 512;
const REMOVALS = "chatsphere:removals";
/**
 * A channel without messages that stays subscribed: when the last sharded channel goes,
 * ioredis takes its connection out of subscriber mode and fails on the next removal.
 */
const ANCHOR = "chatsphere:anchor";

/**
 * The log in Redis 7 or Valkey, single or cluster, for any number of instances. What is
 * appended is delivered only from the subscription, so all instances see one order.
 */
export class RedisLog implements RoomLog {
  readonly store = "redis";
  readonly #client: Client;
  readonly #subscriber: Client;
  readonly #cluster: boolean;
  readonly #watched = new Map<string, Seen | undefined>();
  #waiting: Pending[] = [];
  #inFlight = 0;

  constructor(
    urls: string[],
    readonly listener: LogListener,
    readonly logger: Logger,
  ) {
    this.#cluster = urls.length > 1;
    this.#client = connect(urls, logger);
    this.#subscriber = connectSubscriber(this.#client, logger);
    this.#subscriber.on("smessage", (channel: string, text: string) => {
      this.#hear(channel, text);
    });
    this.#subscriber.on("message", (_channel: string, text: string) => {
      listener.removal(JSON.parse(text) as Removal);
    });
    for (const client of new Set([this.#client, this.#subscriber])) {
      client.on("ready", () => void this.#reconnected());
    }
  }

  /**
   * Checks the store and starts to listen.
   *
   * @throws {UnsafeRedisError} if the store would lose messages by itself.
   */
  async start(): Promise<void> {
    try {
      await checkRedis(() => this.#client.info(), this.logger);
    } catch (error) {
      await this.close();
      throw error;
    }
    await this.#try(() => this.#subscriber.ssubscribe(ANCHOR));
    await this.#try(() => this.#subscriber.subscribe(REMOVALS));
    await this.#tellRemovals();
  }

  append(entry: NewEntry): Promise<Appended> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#flush());
      this.#waiting.push({ entry, resolve, reject });
    });
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let i = 0; i < waiting.length; i += BATCH_LIMIT) {
      const rooms = byRoom(waiting.slice(i, i + BATCH_LIMIT));
      if (!this.#cluster) this.#appendRooms(rooms);
      // A script's keys must share a slot.
      else for (const room of rooms) this.#appendRooms(new Map([room]));
    }
  }

  #appendRooms(rooms: Map<string, Pending[]>): void {
    this.#inFlight += 1;
    void appendRooms(this.#client, rooms, (id) => this.#watched.get(id))
      .finally(() => this.#inFlight -= 1);
  }

  async read(roomId: string, after: number, limit: number): Promise<Slice> {
    const [epoch, offset, entries] = await this.#try(() =>
      this.#client.chatRead(
        2,
        ...keys(roomId, "log", "meta"),
        Date.now(),
        after,
        limit,
      )
    );
    return { epoch, offset: Number(offset), entries: entries.map(toEntry) };
  }

  async page(
    roomId: string,
    range: { before?: number; after?: number; limit: number },
  ): Promise<Page> {
    const { before = "", after = "", limit } = range;
    const [epoch, offset, found, amendments] = await this.#try(() =>
      this.#client.chatPage(
        3,
        ...keys(roomId, "log", "meta", "amends"),
        Date.now(),
        before,
        after,
        limit,
      )
    );
    const entries = found.map(toEntry).sort((a, b) => a.offset - b.offset);
    const changes = amendments.map(toEntry).sort((a, b) => a.offset - b.offset);
    const messages = applyAmendments(entries, changes);
    return { epoch, offset: Number(offset), messages };
  }

  async find(roomId: string, id: string): Promise<Message | null> {
    const position = parseEntryId(id);
    if (!position) return null;
    const before = position.offset + 1;
    const { messages } = await this.page(roomId, { before, limit: 1 });
    return messages.find((message) => message.id === id) ?? null;
  }

  async positions(userId: string, roomIds: string[]) {
    const positions = await Promise.all(roomIds.map(async (id) => {
      const [meta, read] = await this.#try(() =>
        Promise.all([
          this.#client.hmget(roomKey(id, "meta"), "epoch", "offset"),
          this.#client.hget(roomKey(id, "reads"), userId),
        ])
      );
      const [epoch, offset] = meta;
      const position = { epoch: epoch ?? "0", offset: Number(offset ?? 0) };
      return [id, { ...position, read: Number(read ?? 0) }] as const;
    }));
    return Object.fromEntries(positions);
  }

  async summaries(
    userId: string,
    roomIds: string[],
  ): Promise<Record<string, RoomSummary>> {
    const own = `"sender":{"id":${JSON.stringify(userId)},`;
    const summaries = await Promise.all(roomIds.map(async (id) => {
      const [page, [read, unread]] = await Promise.all([
        this.page(id, { limit: 1 }),
        this.#try(() =>
          this.#client.chatUnread(
            2,
            ...keys(id, "log", "reads"),
            userId,
            own,
            UNREAD_LIMIT,
          )
        ),
      ]);
      const { epoch, offset } = page;
      const last = page.messages[0] ?? null;
      return [id, { epoch, offset, read, unread, last }] as const;
    }));
    return Object.fromEntries(summaries);
  }

  markRead(roomId: string, userId: string, offset: number): Promise<number> {
    const [reads, meta] = [roomKey(roomId, "reads"), roomKey(roomId, "meta")];
    return this.#try(() =>
      this.#client.chatMarkRead(2, reads, meta, userId, offset)
    );
  }

  async watch(roomId: string): Promise<void> {
    this.#watched.set(roomId, undefined);
    await this.#try(() => this.#subscriber.ssubscribe(roomKey(roomId, "live")));
  }

  unwatch(roomId: string): void {
    this.#watched.delete(roomId);
    this.#quietly(this.#subscriber.sunsubscribe(roomKey(roomId, "live")));
  }

  signal(roomId: string, text: string): void {
    const channel = roomKey(roomId, "live");
    this.#quietly(this.#client.spublish(channel, `s${text}`));
  }

  async remove(removal: Removal): Promise<void> {
    const member = JSON.stringify([removal.roomId, removal.userId]);
    await this.#try(async () => {
      const old = Date.now() - REMOVAL_MEMORY;
      await this.#client.zremrangebyscore(REMOVALS, "-inf", old);
      if (removal.removed) {
        await this.#client.zadd(REMOVALS, removal.at, member);
      } else await this.#client.zrem(REMOVALS, member);
      await this.#client.publish(REMOVALS, JSON.stringify(removal));
    });
  }

  async ping(): Promise<void> {
    await this.#try(() => this.#client.get("chatsphere:ping"));
  }

  async idle(): Promise<void> {
    while (this.#waiting.length > 0 || this.#inFlight > 0) await Bun.sleep(2);
  }

  async close(): Promise<void> {
    await Promise.race([this.idle(), Bun.sleep(1_000)]);
    this.#subscriber.disconnect();
    this.#client.disconnect();
  }

  #hear(channel: string, text: string): void {
    const roomId = /^chatsphere:\{(.*)\}:live$/.exec(channel)?.[1];
    if (roomId === undefined || !this.#watched.has(roomId)) return;
    if (text.startsWith("s")) {
      return this.listener.signal(roomId, text.slice(1));
    }
    const [epoch = "", ...lines] = text.split("\n");
    const entries = lines.map((line) => parseLine(epoch, line));
    const offset = entries.at(-1)?.offset;
    if (offset !== undefined) this.#watched.set(roomId, { epoch, offset });
    this.listener.entries(roomId, entries);
  }

  async #reconnected(): Promise<void> {
    try {
      await this.#tellRemovals();
      this.listener.reconnected();
    } catch (error) {
      // It is away again; the next time it is ready tries again.
      this.logger("warn", "redis-catch-up-failed", errorFields(error));
    }
  }

  async #tellRemovals(): Promise<void> {
    const found = await this.#try(() =>
      this.#client.zrangebyscore(
        REMOVALS,
        Date.now() - REMOVAL_MEMORY,
        "+inf",
        "WITHSCORES",
      )
    );
    for (let i = 0; i + 1 < found.length; i += 2) {
      const [roomId, userId] = JSON.parse(found[i] ?? "[]") as string[];
      if (roomId === undefined || userId === undefined) continue;
      const at = Number(found[i + 1]);
      this.listener.removal({ roomId, userId, removed: true, at });
    }
  }

  async #try<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (cause) {
      throw new StoreError("Redis failed.", { cause });
    }
  }

  /** For what is not promised: a signal that is lost is sent again or not missed. */
  #quietly(done: Promise<unknown>): void {
    done.catch((error) => {
      this.logger("warn", "redis-signal-failed", errorFields(error));
    });
  }
}

const keys = (roomId: string, ...names: string[]) =>
  names.map((name) => roomKey(roomId, name));

function toEntry([id, [kind, body]]: StreamEntry): Entry {
  const [offset, epoch = ""] = id.split("-");
  return { offset: Number(offset), epoch, kind: kind as Entry["kind"], body };
}

/** Offset, kind and body, as the script published them. */
function parseLine(epoch: string, line: string): Entry {
  let digits = 0;
  while (line.charCodeAt(digits) < 58) digits += 1;
  return {
    epoch,
    offset: Number(line.slice(0, digits)),
    kind: line[digits] as Entry["kind"],
    body: line.slice(digits + 1),
  };
}
