import type { Message } from "../../../protocol.ts";
import type { Entry } from "../../entry.ts";
import { entryOrigin } from "../../lines.ts";
import type { Client } from "../client.ts";
import { roomKey } from "../keys.ts";
import type { RedisReads } from "../reads.ts";
import { keyOf, marksOf } from "./documents.ts";
import { type Command, DAYS, type Engine, ROOMS } from "./engine.ts";

/** How far a room is: the index has the messages of these offsets, as entries up to `done` left them. */
export interface Progress {
  epoch: string;
  from: number;
  done: number;
}

/** What the store says of how far a room is. */
export function parseProgress(text: string | null): Progress | null {
  const match = /^(\d+) (\d+) (\d+)$/.exec(text ?? "");
  if (!match) return null;
  const [, epoch = "", from, done] = match;
  return { epoch, from: Number(from), done: Number(done) };
}

const textOf = ({ epoch, from, done }: Progress): string =>
  `${epoch} ${from} ${done}`;

const DAY = 86_400_000;
/** Marks that one call takes at most, unless one message has more: Redis does nothing else then. */
const MARKS_EACH = 40;
/** Messages taken out for each that would be put in. */
const REMOVED_EACH = 4;

/**
 * Brings the index on in one room. Each step is one write with how far it has come, and none if
 * another instance was faster; whoever is killed in between has done nothing. What a message is
 * put in as was read after the entries that changed it, so a later change is still to come.
 */
export class RoomFiller {
  constructor(
    readonly client: Client,
    readonly reads: RedisReads,
    readonly engine: Engine,
  ) {}

  /**
   * Does the next step.
   *
   * @param size entries to look at, at most.
   * @returns whether there may be more to do.
   */
  async step(roomId: string, size: number): Promise<boolean> {
    const [text, [epoch, newest]] = await Promise.all([
      this.client.hget(ROOMS, roomId),
      this.client.hmget(roomKey(roomId, "meta"), "epoch", "offset"),
    ]);
    const before = text ?? "";
    const progress = parseProgress(text);
    const isGone = Number(newest ?? 0) === 0;
    if (progress ? isGone || progress.epoch !== epoch : before !== "") {
      return await this.#clear(roomId, before, progress, size);
    }
    if (isGone) return false;
    const { epoch: now, entries: [first] } = await this.reads
      .read(roomId, 0, 1);
    const from = first?.offset ?? Number(newest) + 1;
    if (now !== epoch) return true;
    if (progress && progress.from < from) {
      return await this.#trim(roomId, before, progress, from, size);
    }
    const here = progress ?? { epoch, from, done: from - 1 };
    if (here.done >= Number(newest)) return false;
    await this.#fill(roomId, before, here, size);
    return true;
  }

  /** Takes out what is there of a room that is gone, or of another epoch. */
  async #clear(
    roomId: string,
    before: string,
    progress: Progress | null,
    size: number,
  ): Promise<boolean> {
    if (!progress || progress.from > progress.done) {
      await this.#write(roomId, before, null, []);
      return true;
    }
    return await this.#trim(roomId, before, progress, Infinity, size);
  }

  /** Takes out messages before an offset. */
  async #trim(
    roomId: string,
    before: string,
    progress: Progress,
    until: number,
    size: number,
  ): Promise<boolean> {
    const { from, done } = progress;
    const to = Math.min(until, done + 1, from + size * REMOVED_EACH);
    const commands = Array.from(
      { length: Math.max(0, to - from) },
      (_, i) => this.engine.remove(roomId, from + i),
    );
    const isOver = to > done;
    // Where none is left, it goes on from the first there is.
    const next = isOver && until !== Infinity
      ? { ...progress, from: until, done: Math.max(done, until - 1) }
      : { ...progress, from: to };
    await this.#write(roomId, before, next, commands);
    return true;
  }

  /** Puts the next entries in. */
  async #fill(
    roomId: string,
    before: string,
    progress: Progress,
    size: number,
  ): Promise<void> {
    const { entries, offset } = await this.reads
      .read(roomId, progress.done, size);
    const messages = await this.#messagesOf(roomId, entries);
    const commands: Command[] = [];
    const seen = new Set<number>();
    let done = progress.done, marked = 0;
    for (const entry of entries) {
      const place = placeOf(entry);
      if (place !== undefined && !seen.has(place)) {
        seen.add(place);
        const message = messages.get(place) ?? await this.#find(roomId, place);
        if (message && message.deletedAt === undefined) {
          const marks = marksOf(roomId, message);
          marked += marks.length;
          const key = keyOf(roomId, message);
          commands.push(this.engine.put(roomId, place, marks, key));
          if (entry.kind === "m") {
            const day = Math.floor(message.timestamp / DAY);
            commands.push(["HINCRBY", DAYS, `${day}`, "1"]);
          }
        } else commands.push(this.engine.remove(roomId, place));
      }
      done = entry.offset;
      if (marked >= size * MARKS_EACH) break;
    }
    if (entries.length === 0) done = offset;
    await this.#write(roomId, before, { ...progress, done }, commands);
  }

  /** The messages among entries, as they read now. */
  async #messagesOf(
    roomId: string,
    entries: Entry[],
  ): Promise<Map<number, Message>> {
    const first = entries.find(({ kind }) => kind === "m");
    if (!first) return new Map();
    const range = { after: first.offset - 1, limit: entries.length };
    const { messages } = await this.reads.page(roomId, range);
    return new Map(messages.map((message) => [message.offset, message]));
  }

  async #find(roomId: string, offset: number): Promise<Message | undefined> {
    const range = { before: offset + 1, limit: 1 };
    const { messages } = await this.reads.page(roomId, range);
    return messages.find((message) => message.offset === offset);
  }

  async #write(
    roomId: string,
    before: string,
    next: Progress | null,
    commands: Command[],
  ): Promise<void> {
    const after = next ? textOf(next) : "";
    await this.client
      .chatIndex(1, ROOMS, roomId, before, after, JSON.stringify(commands));
  }
}

/** The offset of the message that an entry makes another, as searches see it. */
function placeOf(entry: Entry): number | undefined {
  if (entry.kind === "m") return entry.offset;
  return entry.kind === "r" ? undefined : entryOrigin(entry).target;
}
