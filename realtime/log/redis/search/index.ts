import { Cluster, type Redis } from "ioredis";
import type { SearchPage } from "../../../protocol-http.ts";
import { errorFields, type Logger } from "../../../operations/logger.ts";
import { scan } from "../../scan.ts";
import type { SearchQuery } from "../../search.ts";
import type { Client } from "../client.ts";
import { RedisReads } from "../reads.ts";
import type { Days } from "./candidates.ts";
import { VERSION } from "./documents.ts";
import { DAYS, dialectOf, Engine, INDEX, ROOMS } from "./engine.ts";
import { Filler } from "./filler.ts";
import { searchIndexed, withoutKeys } from "./indexed.ts";
import { RoomFiller } from "./room-filler.ts";

/** Of which version the index is; there is none while it is being made. */
const MADE = `${INDEX}:version`;
/** Who makes it, for as many milliseconds at most. */
const MAKING = `${INDEX}:making`;
const MAKING_HELD = 30_000;
/** Until an index is tried again that failed. */
const TRY_AGAIN = 30_000;
/** Milliseconds for which it is remembered how many messages each day has. */
const DAYS_KEPT = 10_000;

/**
 * Searching in Redis: with its search engine where the server has one, else by looking through the
 * newest messages. Whatever becomes of the engine, no message waits for it, and searches go on
 * without it.
 */
export class RedisSearch {
  readonly #reads: RedisReads;
  /** Connections of its own: an engine holds up what comes after it on the same one. */
  #asking: Client | undefined;
  #filling: Client | undefined;
  #filler: Filler | undefined;
  #engine: Engine | undefined;
  #beginning: Promise<void> | undefined;
  /** Rooms written to meanwhile. */
  readonly #early = new Set<string>();
  #again: Timer | undefined;
  #isTold = false;
  #isClosed = false;
  #days: { at: number; days: Days } = { at: -Infinity, days: [] };

  /** @param isPressed whether messages wait for the store: then the index waits, too. */
  constructor(
    readonly client: Client,
    readonly isPressed: () => boolean,
    readonly logger: Logger,
  ) {
    this.#reads = new RedisReads(client);
  }

  /** Whether messages wait to be put into an index. */
  get isIndexing(): boolean {
    return this.#beginning !== undefined || (this.#filler?.isWorking ?? false);
  }

  /** Looks for an engine, now and whenever the server may be another one. */
  begin(): void {
    if (this.#beginning || this.#isClosed) return;
    clearTimeout(this.#again);
    this.#beginning = this.#begin()
      .catch((error) => this.#failed(error))
      .finally(() => {
        this.#beginning = undefined;
        for (const roomId of this.#early) this.#filler?.written(roomId);
        this.#early.clear();
      });
  }

  /** Something was written to a room, or taken away. */
  written(roomId: string): void {
    if (this.#beginning) this.#early.add(roomId);
    else this.#filler?.written(roomId);
  }

  async search(query: SearchQuery): Promise<SearchPage> {
    const engine = this.#engine, client = this.#asking;
    if (engine && client && query.rooms.length > 0) {
      try {
        const days = await this.#daysOf(client);
        const reads = new RedisReads(client);
        const behind = (roomId: string) => this.#filler?.found(roomId);
        const indexed = { engine, client, reads, days, behind };
        return await searchIndexed(indexed, query);
      } catch (error) {
        this.#engine = undefined;
        this.#failed(error);
      }
    }
    return await scan(this.#reads, withoutKeys(query));
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#again);
    this.#filler?.close();
    this.#asking?.disconnect();
    this.#filling?.disconnect();
  }

  async #begin(): Promise<void> {
    // Parts of an index on several nodes are put together by an engine's coordinator, which
    // open servers do not have, or by nobody.
    if (this.client instanceof Cluster) return;
    const dialect = await dialectOf(this.client);
    if (this.#isClosed) return;
    if (dialect === undefined) {
      this.#engine = undefined;
      this.#filler?.stop();
      return;
    }
    this.#asking ??= this.#connect();
    this.#filling ??= this.#connect();
    const filling = new Engine(this.#filling, dialect);
    await this.#make(filling);
    if (this.#isClosed) return;
    const isNew = this.#engine === undefined || this.#isTold;
    this.#engine = new Engine(this.#asking, dialect);
    this.#isTold = false;
    this.#filler ??= new Filler(
      this.#filling,
      this.isPressed,
      (error) => this.#failed(error),
    );
    const reads = new RedisReads(this.#filling);
    this.#filler.begin(new RoomFiller(this.#filling, reads, filling));
    if (isNew) this.logger("info", "redis-search-engine", { dialect });
  }

  /** Makes the index where there is none, and anew where it is of another version. */
  async #make(engine: Engine): Promise<void> {
    const { client } = engine;
    while (!this.#isClosed) {
      const isThere = await client.get(MADE) === VERSION &&
        await engine.hasIndex();
      if (isThere) return;
      if (!await client.set(MAKING, "1", "PX", MAKING_HELD, "NX")) {
        await Bun.sleep(200);
        continue;
      }
      try {
        await client.del(MADE);
        await engine.drop();
        await client.del(ROOMS, DAYS);
        await engine.create();
        await client.set(MADE, VERSION);
      } finally {
        await client.del(MAKING);
      }
    }
  }

  #connect(): Client {
    const client = (this.client as Redis).duplicate() as Client;
    client.on("error", () => {
      // That of the log says it.
    });
    return client;
  }

  async #daysOf(client: Client): Promise<Days> {
    if (performance.now() - this.#days.at < DAYS_KEPT) return this.#days.days;
    const found = await client.hgetall(DAYS);
    const days = Object.entries(found)
      .map(([day, count]): [number, number] => [Number(day), Number(count)])
      .sort(([a], [b]) => b - a);
    this.#days = { at: performance.now(), days };
    return days;
  }

  /** Says so once, and tries again in a while. */
  #failed(error: unknown): void {
    if (this.#isClosed) return;
    this.#filler?.stop();
    if (!this.#isTold) {
      this.logger("warn", "redis-search-failed", errorFields(error));
    }
    this.#isTold = true;
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.begin(), TRY_AGAIN);
    this.#again.unref();
  }
}
