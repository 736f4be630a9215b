import { Cluster } from "ioredis";
import type { Message, Position, RoomSummary } from "../../protocol.ts";
import type { Alert, Leftover, SearchPage } from "../../protocol-http.ts";
import { errorFields, type Logger } from "../../operations/logger.ts";
import type { MembersChange, MemberStore } from "../../access/member-store.ts";
import {
  fromName,
  nameOf,
  SIGN_OUT_MEMORY,
  type SignOut,
} from "../../access/sign-outs.ts";
import type { Entry, NewEntry } from "../entry.ts";
import {
  type Appended,
  type LogListener,
  type Page,
  type RenamedSlice,
  type RoomLog,
  type Slice,
  StoreError,
  type Waiter,
} from "../log.ts";
import type { SearchQuery } from "../search.ts";
import { RedisReads } from "./reads.ts";
import { deleteRoom, listRooms, restoreRoom, trimRooms } from "./upkeep.ts";
import { renameSlice } from "./rename.ts";
import { checkRedis, UnsafeRedisError } from "./health.ts";
import { Appends } from "./appends.ts";
import { MEMBERS, RedisMembers } from "./members.ts";
import { type Client, connect, connectSubscriber } from "./client.ts";
import { findAlerts, forgetAlerts, noteAlert } from "./alerts.ts";
import { roomKey } from "./keys.ts";
import {
  expectLeftovers,
  findLeftovers,
  forgetLeftovers,
} from "./leftovers.ts";
import { RedisSearch } from "./search/index.ts";
import { NEWS, Watches } from "./watches.ts";

/** Sorted set: sign-outs by their time. Its name and the form of its members are from when it held
 * removals from rooms, too. */
const SIGN_OUTS = "chatsphere:removals";
const EVERYWHERE = "*";

/**
 * The log in Redis 7 or Valkey, single or cluster, for any number of instances. What is
 * appended is delivered only once Redis has ordered it: from the subscription, or from the
 * answer to the append if no other instance hears of the room.
 */
export class RedisLog implements RoomLog {
  readonly store = "redis";
  readonly #client: Client;
  readonly #subscriber: Client;
  readonly #reads: RedisReads;
  readonly #appends: Appends;
  readonly #watches: Watches;
  readonly #search: RedisSearch;
  readonly members: MemberStore;

  constructor(
    urls: string[],
    readonly listener: LogListener,
    readonly logger: Logger,
  ) {
    this.#client = connect(urls, logger);
    this.#reads = new RedisReads(this.#client);
    this.#subscriber = connectSubscriber(this.#client, logger);
    this.#search = new RedisSearch(
      this.#client,
      () => this.pending > 0,
      logger,
    );
    this.#watches = new Watches(this.#subscriber, listener);
    this.#appends = new Appends(
      this.#client,
      this.#watches,
      (entry, place) => attempt(() => this.#reads.first(entry, place)),
      (roomId) => this.#search.written(roomId),
    );
    this.members = attempted(new RedisMembers(this.#client));
    this.#subscriber.on("message", (channel: string, text: string) => {
      if (channel === NEWS) listener.announced(text);
      else if (channel === MEMBERS) {
        listener.membersChanged(JSON.parse(text) as MembersChange);
      } else listener.signedOut(JSON.parse(text) as SignOut);
    });
    for (const client of new Set([this.#client, this.#subscriber])) {
      client.on("ready", () => void this.#reconnected());
    }
  }

  /**
   * Checks the store and starts to listen.
   *
   * @throws {UnsafeRedisError} if the store would lose messages by itself.
   * @throws {StoreError} if it does not answer.
   */
  async start(): Promise<void> {
    try {
      await checkRedis(this.#client, this.logger);
    } catch (error) {
      await this.close();
      if (error instanceof UnsafeRedisError) throw error;
      throw new StoreError("Redis does not answer at REDIS_URL.", {
        cause: error,
      });
    }
    await attempt(() => this.#watches.start());
    await attempt(() => this.#subscriber.subscribe(SIGN_OUTS, MEMBERS, NEWS));
    await this.#tellSignOuts();
    this.#search.begin();
  }

  /** Whether messages wait to be put into the index of the server's search engine. */
  get isIndexing(): boolean {
    return this.#search.isIndexing;
  }

  get pending(): number {
    return this.#appends.waiting;
  }

  async append(entry: NewEntry): Promise<Appended> {
    const { kind, roomId } = entry;
    if (kind === "d") {
      await attempt(() => expectLeftovers(this.#client, roomId));
    }
    return await new Promise((resolve, reject) => {
      this.appendFor({ resolve, reject }, entry);
    });
  }

  appendFor(waiter: Waiter, entry: NewEntry): void {
    this.#appends.add({ entry, waiter });
  }

  read(roomId: string, after: number, limit: number): Promise<Slice> {
    return attempt(() => this.#reads.read(roomId, after, limit));
  }

  page(
    roomId: string,
    range: { before?: number; after?: number; limit: number },
  ): Promise<Page> {
    return attempt(() => this.#reads.page(roomId, range));
  }

  search(query: SearchQuery): Promise<SearchPage> {
    return attempt(() => this.#search.search(query));
  }

  find(roomId: string, id: string): Promise<Message | null> {
    return attempt(() => this.#reads.find(roomId, id));
  }

  positions(userId: string, roomIds: string[]) {
    return attempt(() => this.#reads.positions(userId, roomIds));
  }

  summaries(
    userId: string,
    roomIds: string[],
  ): Promise<Record<string, RoomSummary>> {
    return attempt(() => this.#reads.summaries(userId, roomIds));
  }

  activity(roomIds: string[]) {
    return attempt(() => this.#reads.activity(roomIds));
  }

  readers(roomId: string): Promise<Record<string, number>> {
    return attempt(() => this.#reads.readers(roomId));
  }

  markRead(roomId: string, userId: string, offset: number): Promise<number> {
    const [reads, meta] = [roomKey(roomId, "reads"), roomKey(roomId, "meta")];
    return attempt(() =>
      this.#client.chatMarkRead(2, reads, meta, userId, offset)
    );
  }

  async beginEpoch(roomId: string, seen: Position): Promise<void> {
    const meta = roomKey(roomId, "meta");
    await attempt(() =>
      this.#client.chatBeginEpoch(
        1,
        meta,
        Date.now(),
        seen.epoch,
        seen.offset,
      )
    );
  }

  trim(before: number): Promise<number> {
    const trimmed = (roomId: string) => this.#search.written(roomId);
    return attempt(() => trimRooms(this.#client, before, trimmed));
  }

  async deleteRoom(roomId: string): Promise<void> {
    await attempt(() => deleteRoom(this.#client, roomId));
    this.#search.written(roomId);
  }

  rename(userId: string, name: string, after?: string): Promise<RenamedSlice> {
    return attempt(() => renameSlice(this.#client, userId, name, after));
  }

  leftovers(): Promise<Leftover[]> {
    return attempt(() => findLeftovers(this.#client));
  }

  taken(leftovers: Pick<Leftover, "roomId" | "receipt">[]): Promise<void> {
    return attempt(() => forgetLeftovers(this.#client, leftovers));
  }

  noteAlert(roomId: string): Promise<void> {
    return attempt(() => noteAlert(this.#client, roomId));
  }

  alerts(): Promise<Alert[]> {
    return attempt(() => findAlerts(this.#client));
  }

  alertsTaken(alerts: Alert[]): Promise<void> {
    return attempt(() => forgetAlerts(this.#client, alerts));
  }

  rooms(): AsyncIterable<string> {
    return listRooms(this.#client);
  }

  async restore(
    roomId: string,
    entries: Entry[],
    reads: Record<string, number>,
  ): Promise<void> {
    await attempt(() => restoreRoom(this.#client, roomId, entries, reads));
    this.#search.written(roomId);
  }

  watch(roomId: string): Promise<void> {
    return attempt(() => this.#watches.watch(roomId));
  }

  unwatch(roomId: string): void {
    this.#quietly(this.#watches.unwatch(roomId));
  }

  signal(roomId: string, text: string): void {
    const channel = roomKey(roomId, "live");
    this.#quietly(this.#client.spublish(channel, `s${text}`));
  }

  announce(text: string): Promise<number> {
    return attempt(async () => {
      const heard = await this.#client.publish(NEWS, text);
      // A node of a cluster counts its own subscribers alone.
      return this.#client instanceof Cluster ? Infinity : heard;
    });
  }

  async signOut(signOut: SignOut): Promise<void> {
    const member = JSON.stringify([EVERYWHERE, nameOf(signOut)]);
    await attempt(async () => {
      const old = Date.now() - SIGN_OUT_MEMORY;
      await this.#client.zremrangebyscore(SIGN_OUTS, "-inf", old);
      await this.#client.zadd(SIGN_OUTS, signOut.at, member);
      await this.#client.publish(SIGN_OUTS, JSON.stringify(signOut));
    });
  }

  async ping(): Promise<void> {
    await attempt(() => this.#client.get("chatsphere:ping"));
  }

  async idle(): Promise<void> {
    while (this.#appends.busy) await Bun.sleep(2);
  }

  async close(): Promise<void> {
    await Promise.race([this.idle(), Bun.sleep(1_000)]);
    this.#search.close();
    this.#subscriber.disconnect();
    this.#client.disconnect();
  }

  async #reconnected(): Promise<void> {
    try {
      await attempt(() => this.#watches.renew());
      await this.#tellSignOuts();
      this.#search.begin();
      this.listener.reconnected();
    } catch (error) {
      // It is away again; the next time it is ready tries again.
      this.logger("warn", "redis-catch-up-failed", errorFields(error));
    }
  }

  async #tellSignOuts(): Promise<void> {
    const found = await attempt(() =>
      this.#client.zrangebyscore(
        SIGN_OUTS,
        Date.now() - SIGN_OUT_MEMORY,
        "+inf",
        "WITHSCORES",
      )
    );
    for (let i = 0; i + 1 < found.length; i += 2) {
      const [where, name] = JSON.parse(found[i] ?? "[]") as string[];
      if (where !== EVERYWHERE || name === undefined) continue;
      this.listener.signedOut(fromName(name, Number(found[i + 1])));
    }
  }

  /** For what is not promised: a signal that is lost is sent again or not missed. */
  #quietly(done: Promise<unknown>): void {
    done.catch((error) => {
      this.logger("warn", "redis-signal-failed", errorFields(error));
    });
  }
}

async function attempt<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof StoreError) throw cause;
    throw new StoreError("Redis failed.", { cause });
  }
}

/** The same store, whose failures are {@link StoreError}s. */
function attempted(members: MemberStore): MemberStore {
  return {
    put: (...list) => attempt(() => members.put(...list)),
    update: (...one) => attempt(() => members.update(...one)),
    drop: (...one) => attempt(() => members.drop(...one)),
    standings: (...of) => attempt(() => members.standings(...of)),
    among: (...of) => attempt(() => members.among(...of)),
    membersOf: (id) => attempt(() => members.membersOf(id)),
    roomsOf: (id) => attempt(() => members.roomsOf(id)),
  };
}
