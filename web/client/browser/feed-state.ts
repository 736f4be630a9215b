/** What a person's feed says of all their rooms, as it goes on. */
import type {
  EVERYONE,
  FeedMessage,
  FeedSummary,
  RoomNews,
  ServerFrame,
} from "../../../realtime/protocol.ts";

export interface FeedState {
  /** The person's id: what they wrote themselves is not unread. */
  me: string;
  rooms: Record<string, FeedSummary>;
  /** Rooms whose summaries are to be asked for; what is shown of them may be behind. */
  ask: string[];
  /** The same of all rooms. */
  askAll: boolean;
  /** The newest offset that was told of a room, by its epoch. */
  heard: Record<string, { epoch: string; offset: number }>;
}

export const noFeed = (me: string): FeedState => ({
  me,
  rooms: {},
  ask: [],
  askAll: true,
  heard: {},
});

/** The state after a frame; the same one if the frame is none of a feed. */
export function reduceFeed(state: FeedState, frame: ServerFrame): FeedState {
  switch (frame.event) {
    case "room-news":
      return news(state, frame);
    case "read": {
      const { roomId, offset } = frame;
      const room = state.rooms[roomId];
      if (!room || offset <= room.read) return state;
      const all = offset >= room.offset;
      const next = { ...room, read: offset, ...(all ? NOTHING : {}) };
      const rooms = { ...state.rooms, [roomId]: next };
      return all ? { ...state, rooms } : asking({ ...state, rooms }, roomId);
    }
    case "membership": {
      const { roomId, removed } = frame;
      if (!removed) return asking(state, roomId);
      const { [roomId]: _, ...rooms } = state.rooms;
      return { ...state, rooms, ask: without(state.ask, roomId) };
    }
    case "names": {
      const room = state.rooms[frame.roomId];
      const name = room?.last && frame.names[room.last.sender.id];
      if (!room?.last || !name) return state;
      const last = { ...room.last, sender: { ...room.last.sender, name } };
      const rooms = { ...state.rooms, [frame.roomId]: { ...room, last } };
      return { ...state, rooms };
    }
    case "summaries-stale":
      return { ...state, askAll: true };
    case "summaries": {
      let next = { ...state, rooms: { ...state.rooms } };
      for (const [roomId, summary] of Object.entries(frame.rooms)) {
        next.rooms[roomId] = summary;
        const heard = state.heard[roomId];
        // Told while the summary was on its way: it is behind.
        const behind = heard?.epoch === summary.epoch &&
          heard.offset > summary.offset;
        next = behind
          ? asking(next, roomId)
          : { ...next, ask: without(next.ask, roomId) };
      }
      return next;
    }
  }
  return state;
}

const NOTHING = { unread: 0, mentioned: 0 };
// The protocol's own, by type: importing it would ship all of it.
const ALL: typeof EVERYONE = "*";

const without = (ids: string[], id: string) => ids.filter((it) => it !== id);

const asking = (state: FeedState, roomId: string): FeedState =>
  state.ask.includes(roomId)
    ? state
    : { ...state, ask: [...state.ask, roomId] };

function news(state: FeedState, frame: RoomNews): FeedState {
  const { roomId, epoch, after, offset, by, last, changed = [] } = frame;
  const { mentioned = {} } = frame;
  const heard = { ...state.heard, [roomId]: { epoch, offset } };
  const before = state.heard[roomId];
  const isNewest = before?.epoch !== epoch || offset > before.offset;
  const next = isNewest ? { ...state, heard } : state;
  const room = state.rooms[roomId];
  if (room?.epoch === epoch && offset <= room.offset) return next;
  if (room?.epoch !== epoch || after !== room.offset) {
    return asking(next, roomId);
  }
  // Read before it was told of: only the summary knows how much of it.
  const isSplit = after < room.read && room.read < offset;
  const isFresh = offset > room.read;
  // Of mine among them it is not told which mention everyone.
  const isMixed = isFresh && !!by[state.me] && !!mentioned[ALL];
  const fresh = isFresh ? unreadOf(by, state.me) : 0;
  const calls = isFresh
    ? (mentioned[state.me] ?? 0) + (mentioned[ALL] ?? 0)
    : 0;
  const shown: FeedMessage | null = last ?? room.last;
  const rooms = {
    ...state.rooms,
    [roomId]: {
      ...room,
      offset,
      unread: room.unread + fresh,
      mentioned: room.mentioned + calls,
      last: shown,
    },
  };
  const isTouched = changed.some((target) =>
    target > room.read || target === shown?.offset
  );
  const done = { ...next, rooms };
  return isSplit || isMixed || isTouched ? asking(done, roomId) : done;
}

const unreadOf = (by: RoomNews["by"], me: string): number =>
  Object.entries(by).reduce((sum, [id, n]) => id === me ? sum : sum + n, 0);

/** How much is unread in all of them. */
export const unreadInAll = ({ rooms }: FeedState): number =>
  Object.values(rooms).reduce((sum, { unread }) => sum + unread, 0);
