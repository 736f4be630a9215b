import { entryId, type NewEntry } from "../log/entry.ts";
import { mentionsIn } from "../log/mentions.ts";
import {
  EVERYONE,
  type FeedMessage,
  type Parts,
  type RoomNews,
} from "../protocol.ts";
import { plainOf } from "../text/markup.ts";

/** Characters of a message that its first words may take. */
const FIRST_WORDS = 120;

/** An entry that was stored just now, and where. */
export interface Stored {
  offset: number;
  entry: NewEntry;
}

/** What happened in a room, for those who are in it; without the name of the frame. */
export type News = Omit<RoomNews, "event">;

/** A message as lists of rooms show it: its words, on one line, and not all of it. */
function firstWords(content: string): string {
  const line = plainOf(content.slice(0, 4 * FIRST_WORDS)).replace(/\s+/g, " ")
    .trim();
  if (line.length <= FIRST_WORDS) return line;
  return `${line.slice(0, FIRST_WORDS).toWellFormed().trimEnd()}…`;
}

/** What entries that follow each other say together. */
export function newsOf(
  roomId: string,
  epoch: string,
  stored: Stored[],
): News | undefined {
  const first = stored[0], end = stored.at(-1);
  if (!first || !end) return undefined;
  const news: News = {
    ...{ roomId, epoch, after: first.offset - 1, offset: end.offset },
    by: {},
  };
  let newest: Stored | undefined;
  for (const one of stored) {
    const { entry } = one;
    if (entry.kind === "m") {
      newest = one;
      addTo(news.by, entry.sender.id, 1);
      for (const id of mentionedBy(entry)) addTo(news.mentioned ??= {}, id, 1);
    } else if (entry.kind !== "r") {
      (news.changed ??= []).push(entry.target ?? 0);
    }
  }
  if (newest) news.last = messageOf(epoch, newest);
  return news;
}

function addTo(counts: Record<string, number>, id: string, count: number) {
  counts[id] = (Object.hasOwn(counts, id) ? counts[id] ?? 0 : 0) + count;
}

/** Whom a message mentions, each once; nobody mentions themselves. */
function mentionedBy({ parts, sender }: NewEntry): Iterable<string> {
  const ids = new Set(mentionsIn(parts).map(({ id }) => id));
  ids.delete(sender.id);
  return ids.has(EVERYONE) ? [EVERYONE] : ids;
}

function messageOf(epoch: string, { offset, entry }: Stored): FeedMessage {
  const parts = JSON.parse(`{${entry.parts}}`) as Partial<Parts>;
  const { sender, timestamp } = entry;
  return {
    ...{ id: entryId(epoch, offset), offset, sender, timestamp },
    ...shown(parts),
  };
}

/** The parts of a message that a list of rooms shows. */
export const shown = (
  { content = "", voice, files = [] }: Partial<Parts>,
): Pick<FeedMessage, "text" | "voice" | "files"> => ({
  text: firstWords(content),
  ...(voice ? { voice: true } : {}),
  ...(files.length > 0 ? { files: files.length } : {}),
});

/**
 * News of a room that came one after the other as one, oldest first; where some are missing in
 * between, as several.
 */
export function merged(all: News[]): News[] {
  const sorted = all.toSorted((a, b) =>
    Number(a.epoch) - Number(b.epoch) || a.offset - b.offset
  );
  const result: News[] = [];
  for (const news of sorted) {
    const before = result.at(-1);
    const follows = before?.epoch === news.epoch &&
      before.offset === news.after;
    if (!before || !follows) {
      result.push(news);
      continue;
    }
    const by = sum(before.by, news.by);
    const mentioned = sum(before.mentioned, news.mentioned);
    const changed = [...before.changed ?? [], ...news.changed ?? []];
    const last = news.last ?? before.last;
    result[result.length - 1] = {
      ...{ roomId: news.roomId, epoch: news.epoch, after: before.after },
      ...{ offset: news.offset, by },
      ...(Object.keys(mentioned).length > 0 ? { mentioned } : {}),
      ...(last ? { last } : {}),
      ...(changed.length > 0 ? { changed } : {}),
    };
  }
  return result;
}

function sum(
  before: Record<string, number> = {},
  more: Record<string, number> = {},
): Record<string, number> {
  const all = { ...before };
  for (const [id, count] of Object.entries(more)) addTo(all, id, count);
  return all;
}
