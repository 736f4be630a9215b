import { EVERYONE, type Message, type RoomSummary } from "../../protocol.ts";
import { applyAmendments } from "../amending.ts";
import { type NewEntry, parseEntryId, TOGETHER } from "../entry.ts";
import { entryOrigin, readLine } from "../lines.ts";
import {
  type Appended,
  type Page,
  type Slice,
  StoreError,
  UNREAD_LIMIT,
} from "../log.ts";
import { type Client, toEntry } from "./client.ts";
import { roomKey, roomKeys } from "./keys.ts";

/** Every query that changes nothing. */
export class RedisReads {
  constructor(readonly client: Client) {}

  async read(roomId: string, after: number, limit: number): Promise<Slice> {
    const [epoch, offset, entries] = await this.client.chatRead(
      3,
      ...roomKeys(roomId, "log", "meta", "erased"),
      Date.now(),
      after,
      limit,
    );
    return { epoch, offset: Number(offset), entries: entries.map(toEntry) };
  }

  /**
   * What an entry became that was appended before, in the place that has an offset: it has
   * that one, or shares the place with the one that has.
   *
   * @throws {StoreError} if it is no longer there.
   */
  async first(
    { roomId, sender, clientId }: NewEntry,
    place: number,
  ): Promise<Appended> {
    const after = Math.max(0, place - TOGETHER);
    const { entries } = await this.read(roomId, after, TOGETHER);
    for (const entry of entries) {
      const origin = entryOrigin(entry);
      if (origin.clientId !== clientId || origin.sender.id !== sender.id) {
        continue;
      }
      const { epoch, offset } = entry;
      return { epoch, offset, timestamp: origin.timestamp, repeated: true };
    }
    throw new StoreError("It was just trimmed.");
  }

  async page(
    roomId: string,
    range: { before?: number; after?: number; limit: number },
  ): Promise<Page> {
    const { before = "", after = "", limit } = range;
    const [epoch, offset, found, amendments] = await this.client.chatPage(
      4,
      ...roomKeys(roomId, "log", "meta", "amends", "erased"),
      Date.now(),
      before,
      after,
      limit,
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
      const [[epoch, offset], read] = await Promise.all([
        this.client.hmget(roomKey(id, "meta"), "epoch", "offset"),
        this.client.hget(roomKey(id, "reads"), userId),
      ]);
      const position = { epoch: epoch ?? "0", offset: Number(offset ?? 0) };
      return [id, { ...position, read: Number(read ?? 0) }] as const;
    }));
    return Object.fromEntries(positions);
  }

  async summaries(
    userId: string,
    roomIds: string[],
  ): Promise<Record<string, RoomSummary>> {
    const summaries = await Promise.all(
      roomIds.map(async (id) => [id, await this.#summary(userId, id)] as const),
    );
    return Object.fromEntries(summaries);
  }

  async #summary(userId: string, roomId: string): Promise<RoomSummary> {
    const [page, [read, unread, mentioned]] = await Promise.all([
      this.page(roomId, { limit: 1 }),
      this.client.chatUnread(
        3,
        ...roomKeys(roomId, "log", "reads", "erased"),
        userId,
        JSON.stringify(userId),
        UNREAD_LIMIT,
        EVERYONE,
      ),
    ]);
    const { epoch, offset } = page;
    const last = page.messages[0] ?? null;
    return { epoch, offset, read, unread, mentioned, last };
  }

  async activity(roomIds: string[]): Promise<Record<string, number>> {
    const found = await Promise.all(roomIds.map(async (id) => {
      const log = roomKey(id, "log");
      const [newest] = await this.client.xrevrange(log, "+", "-", "COUNT", 1);
      const line = newest?.[1].at(-1)?.split("\n").at(-1);
      if (line === undefined) return null;
      return [id, entryOrigin(readLine("m", line)).timestamp] as const;
    }));
    return Object.fromEntries(found.filter((one) => one !== null));
  }

  async readers(roomId: string): Promise<Record<string, number>> {
    const reads = await this.client.hgetall(roomKey(roomId, "reads"));
    return Object.fromEntries(
      Object.entries(reads).map(([id, offset]) => [id, Number(offset)]),
    );
  }
}
