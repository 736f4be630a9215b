import type { Role } from "../../../realtime/protocol.ts";
import type { HistoryPage } from "../../../realtime/protocol-http.ts";
import type { Known } from "../../client/browser/entries.ts";
import { peopleIn } from "../../rooms/names.ts";
import { roomHues } from "../../rooms/roster.ts";
import { roomNames } from "../../rooms/roster.ts";
import { findRoom } from "../../rooms/rooms.ts";
import { tokensOf } from "../../rooms/token-cache.ts";
import type { Room } from "../../rooms/types.ts";
import type { Person, Services } from "../../services.ts";
import { loadRooms, type RoomEntry, unlessDown } from "./room-list.ts";
import { type TranscriberState, transcriberState } from "./transcriber.ts";

/** Messages on one page. */
const PAGE = 50;
/** Messages shown before the first unread one. */
const CONTEXT = 10;

/** People whose names go with a page: of more, those come with what they write. */
const NAMES = 200;

/** Everything the page of a room shows. */
export interface RoomPage {
  room: Room;
  /** Members' colours, by id: of those who have a name here. */
  hues: Record<string, number>;
  role: Role;
  me: { id: string; name: string };
  rooms: RoomEntry[];
  /** Null: realtime is down. */
  history: HistoryPage | null;
  /** The newest messages are not among those. */
  behind: boolean;
  newest: boolean;
  /** What people are called in the room, by their ids. */
  names: Record<string, string>;
  /** The person's read position before this visit. */
  read: number;
  token: string;
  tokenExpiresAt: number;
  wsUrl: string;
  transcriberUrl: string;
  transcriber: TranscriberState;
  /** What a form could not send, and the id it tried to send it under. */
  draft?: string;
  draftId?: string;
  error?: string;
}

/** Which messages of a room are asked for; by itself, those where the person left off. */
export interface Part {
  /** The 50 before this offset. */
  before?: number;
  /** The 50 after this offset. */
  after?: number;
  /** The newest 50, whatever is unread. */
  newest?: boolean;
}

/** The message offset in `?before=`, or undefined when there is none. */
export const readBefore = (url: URL): number | undefined =>
  readOffset(url, "before");

function readOffset(url: URL, name: string): number | undefined {
  const text = url.searchParams.get(name) ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** What the address of a room asks for. */
export const readPart = (url: URL): Part => ({
  before: readBefore(url),
  after: readOffset(url, "after"),
  newest: url.searchParams.has("newest"),
});

type History = (range: Part & { limit: number }) => Promise<HistoryPage>;

/** Pages that follow each other as one, as of the oldest; null if they are of different logs. */
function joined(pages: HistoryPage[]): HistoryPage | null {
  const [{ epoch }] = pages;
  if (pages.some((page) => page.epoch !== epoch)) return null;
  const messages = new Map<number, Known>();
  for (const page of pages) {
    for (const message of page.messages) {
      messages.set(message.offset, { ...message, upTo: page.offset });
    }
  }
  const offset = Math.min(...pages.map((page) => page.offset));
  return { epoch, offset, messages: [...messages.values()] };
}

/**
 * The messages around the first unread one, where the newest page begins after it.
 *
 * @param me what they wrote themselves is not unread.
 */
async function aroundUnread(
  history: History,
  newest: HistoryPage,
  read: number,
  me: string,
): Promise<{ page: HistoryPage; behind: boolean }> {
  const start = newest.messages[0]?.offset ?? 0;
  if (start <= read + 1) return { page: newest, behind: false };
  const [past, next] = await Promise.all([
    history({ before: read + 1, limit: CONTEXT }),
    history({ after: read, limit: PAGE - CONTEXT }),
  ]);
  const first = next.messages.find(({ sender }) => sender.id !== me);
  const isHere = first !== undefined && first.offset < start;
  const behind = (next.messages.at(-1)?.offset ?? start) < start - 1;
  const page = joined(behind ? [past, next] : [past, next, newest]);
  return isHere && page ? { page, behind } : { page: newest, behind: false };
}

/** Of what is known about people, by their ids, what goes with a page. */
const about = <T>(ids: string[], known: (id: string) => T | undefined) =>
  Object.fromEntries(
    ids.flatMap((id) => {
      const value = known(id);
      return value === undefined ? [] : [[id, value] as const];
    }),
  );

/** Those whose names go with a page: first who is on it, then the longest-standing members. */
function firstOf(names: ReadonlyMap<string, string>, here: string[]): string[] {
  const ids = new Set(here);
  for (const id of names.keys()) {
    if (ids.size >= NAMES) break;
    ids.add(id);
  }
  return [...ids];
}

/**
 * Reads what the page of a room needs; stores and realtime are asked at the same time.
 *
 * @param part by itself, the newest messages, or those around the first unread one.
 * @throws {AppError} `not-found` (404) for people who are not members.
 */
export async function loadRoomPage(
  s: Services,
  account: Person,
  roomId: string,
  { before, after, newest = false }: Part = {},
): Promise<RoomPage> {
  const history: History = async (range) =>
    await s.realtime.history(account, roomId, range);
  const [found, list, page, issued, transcriber, hues] = await Promise.all([
    findRoom(s, account.id, roomId),
    loadRooms(s, account),
    unlessDown(history({ before, after, limit: PAGE })),
    tokensOf(s.signer).forPage(account),
    transcriberState(s.config),
    roomHues(s, roomId),
  ]);
  const here = peopleIn(page?.messages ?? []);
  const names = await roomNames(s, roomId, here);
  const named = firstOf(names, here);
  const listed = list.rooms.find((room) => room.id === roomId);
  // It may be on a later page of the list.
  const summary = listed
    ? listed.summary
    : (await unlessDown(s.realtime.summaries(account, [roomId])))?.[roomId];
  const read = summary?.read ?? page?.offset ?? 0;
  const isPart = before !== undefined || after !== undefined;
  const shown = page && !isPart && !newest
    ? await unlessDown(aroundUnread(history, page, read, account.id))
    : null;
  // A page of what follows an offset ends with the newest message when it is not full.
  const isLast = before === undefined && (page?.messages.length ?? 0) < PAGE;
  return {
    room: found.room,
    hues: about(named, (id) => hues[id]),
    role: found.role,
    me: { id: account.id, name: account.name },
    rooms: list.rooms,
    history: shown?.page ?? page,
    behind: shown?.behind ?? (isPart && !isLast),
    newest,
    read,
    names: about(named, (id) => names.get(id)),
    token: issued.token,
    tokenExpiresAt: issued.expiresAt,
    wsUrl: s.config.wsUrl,
    transcriberUrl: s.config.speechUrl,
    transcriber,
  };
}
