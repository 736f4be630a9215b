import type { HistoryPage, Role } from "../../realtime/protocol.ts";
import { toAppError } from "../errors.ts";
import { log } from "../log.ts";
import { findRoom, rolesOf } from "../rooms/rooms.ts";
import type { Room } from "../rooms/types.ts";
import type { Person, Services } from "../services.ts";
import { loadRooms, type RoomEntry, unlessDown } from "./room-list.ts";
import { type TranscriberState, transcriberState } from "./transcriber.ts";

/** Messages on one page. */
const PAGE = 50;

/** Everything the page of a room shows. */
export interface RoomPage {
  room: Room;
  role: Role;
  me: { id: string; name: string };
  rooms: RoomEntry[];
  /** Null: realtime is down. */
  history: HistoryPage | null;
  older: boolean;
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

/** The message offset in `?before=`, or undefined when there is none. */
export function readBefore(url: URL): number | undefined {
  const text = url.searchParams.get("before") ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/**
 * Reads what the page of a room needs; stores and realtime are asked at the same time.
 *
 * @param before shows the 50 messages before this offset instead of the newest.
 * @throws {AppError} `not-found` (404) for people who are not members.
 */
export async function loadRoomPage(
  s: Services,
  account: Person,
  roomId: string,
  before?: number,
): Promise<RoomPage> {
  const roles = rolesOf(s, account.id);
  const history = async () =>
    await s.roomLog.history(account, await roles, roomId, {
      before,
      limit: PAGE,
    });
  const token = async () =>
    await s.signer.personToken("realtime", account, await roles);
  const [found, list, page, issued, transcriber] = await Promise.all([
    findRoom(s, account.id, roomId),
    loadRooms(s, account),
    unlessDown(history()),
    token(),
    transcriberState(s.config),
  ]);
  const summary = list.rooms.find((room) => room.id === roomId)?.summary;
  return {
    room: found.room,
    role: found.role,
    me: { id: account.id, name: account.name },
    rooms: list.rooms,
    history: page,
    older: before !== undefined,
    read: summary?.read ?? page?.offset ?? 0,
    token: issued.token,
    tokenExpiresAt: issued.expiresAt,
    wsUrl: s.config.wsUrl,
    transcriberUrl: s.config.transcriberUrl,
    transcriber,
  };
}

/** Notes that the person has seen the newest messages. The page does not wait for it. */
export async function noteRead(
  s: Services,
  account: Person,
  { room, history, older, read }: RoomPage,
): Promise<void> {
  if (history === null || older || history.offset <= read) return;
  try {
    const roles = await rolesOf(s, account.id);
    await s.roomLog.markRead(account, roles, room.id, history.offset);
  } catch (error) {
    // The next visit notes it again.
    log("warn", "read-not-noted", { code: toAppError(error).code });
  }
}
