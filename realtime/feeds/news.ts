import { type Entry, entryId } from "../log/entry.ts";
import { entryOrigin } from "../log/lines.ts";
import { mentionsIn } from "../log/mentions.ts";
import {
  EVERYONE,
  type FeedMessage,
  type Parts,
  type RoomNews,
  type Sender,
} from "../protocol.ts";
import { plainOf } from "../text/markup.ts";

/** Characters of a message that its first words may take. */
const FIRST_WORDS = 120;

/** What happened in a room, for those who are in it; without the name of the frame. */
export type News = Omit<RoomNews, "event">;

/** A message as lists of rooms show it: its words, on one line, and not all of it. */
function firstWords(content: string): string {
  const line = plainOf(content.slice(0, 4 * FIRST_WORDS)).replace(/\s+/g, " ")
    .trim();
  if (line.length <= FIRST_WORDS) return line;
  return `${line.slice(0, FIRST_WORDS).toWellFormed().trimEnd()}…`;
}

/** What entries of a room say; those that follow each other together. */
export const newsOf = (roomId: string, entries: Entry[]): News[] =>
  runsOf(entries).map((run) => newsOfRun(roomId, run));

/** Puts entries in order, and splits them where others lie in between. */
function runsOf(entries: Entry[]): Entry[][] {
  const runs: Entry[][] = [];
  let before: Entry | undefined;
  for (const entry of entries.toSorted(byPlace)) {
    const follows = before?.epoch === entry.epoch &&
      before.offset === entry.offset - 1;
    if (follows) runs.at(-1)?.push(entry);
    else runs.push([entry]);
    before = entry;
  }
  return runs;
}

const byPlace = (
  a: { epoch: string; offset: number },
  b: { epoch: string; offset: number },
) => Number(a.epoch) - Number(b.epoch) || a.offset - b.offset;

function newsOfRun(roomId: string, run: Entry[]): News {
  const { epoch = "", offset: first = 0 } = run[0] ?? {};
  const offset = first + run.length - 1;
  const news: News = { roomId, epoch, after: first - 1, offset, by: {} };
  let newest: Entry | undefined;
  for (const entry of run) {
    const { kind, parts } = entry;
    if (kind === "r") continue;
    const { sender, target = 0 } = entryOrigin(entry);
    if (kind !== "m") {
      (news.changed ??= []).push(target);
      continue;
    }
    addTo(news.by, sender.id, 1);
    for (const id of mentionedBy(parts, sender)) {
      addTo(news.mentioned ??= {}, id, 1);
    }
    newest = entry;
  }
  if (newest) news.last = messageOf(newest);
  return news;
}

function addTo(counts: Record<string, number>, id: string, count: number) {
  counts[id] = (Object.hasOwn(counts, id) ? counts[id] ?? 0 : 0) + count;
}

/** Whom a message mentions, each once; nobody mentions themselves. */
function mentionedBy(parts: string, sender: Sender): Iterable<string> {
  const ids = new Set(mentionsIn(parts).map(({ id }) => id));
  ids.delete(sender.id);
  return ids.has(EVERYONE) ? [EVERYONE] : ids;
}

function messageOf(entry: Entry): FeedMessage {
  const { epoch, offset } = entry;
  const parts = JSON.parse(`{${entry.parts}}`) as Partial<Parts>;
  const { sender, timestamp } = entryOrigin(entry);
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
  const sorted = all.toSorted(byPlace);
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
