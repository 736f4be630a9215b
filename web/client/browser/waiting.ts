/** Sends what was written in rooms that are not open, from whatever page one is on. */
import { carryFiles } from "./carry.ts";
import { openPending, UNSENT } from "./pending.ts";
import { type OpenRoom, openRoom, type OpenRoomOptions } from "./room.ts";
import { initialState, type Unsent } from "./room-state.ts";

/** How many rooms are opened at a time. */
const AT_ONCE = 5;

/** A room in which something waits. */
export interface WaitingRoom {
  roomId: string;
  /** What is still being sent. */
  sending: number;
  /** What waits for the person's word. */
  failed: Unsent[];
  discard(clientId: string): void;
}

export interface WaitingOptions
  extends Pick<OpenRoomOptions, "url" | "renew" | "storage" | "timing"> {
  me: string;
  /** A room that is open on this page, and sends by itself. */
  except?: string;
  onChange(rooms: WaitingRoom[]): void;
}

/** Sends until nothing waits, and tells of every change. */
export function sendWaiting(options: WaitingOptions): {
  /** Looks whether there is more, and at once if the network is back. */
  look(): void;
  close(): void;
} {
  const { me, except, onChange, storage = () => localStorage } = options;
  const rooms = new Map<string, { room: OpenRoom; unsent: Unsent[] }>();

  const waiting = (): string[] => {
    try {
      const found = Object.keys(storage()).flatMap((key) => {
        const [, account, roomId] = key.split("/");
        return account === me && key.includes(UNSENT) ? [roomId] : [];
      });
      return [...new Set(found)];
    } catch {
      // Storage is blocked, so nothing was kept.
      return [];
    }
  };

  function tell() {
    const list = [...rooms].map(([roomId, { room, unsent }]) => ({
      roomId,
      sending: unsent.filter(({ status }) => status === "sending").length,
      failed: unsent.filter(({ status }) => status === "failed"),
      discard: room.discard,
    }));
    // Rooms whose turn has not come yet.
    for (const roomId of waiting()) {
      if (rooms.has(roomId) || roomId === except) continue;
      const sending = openPending(me, roomId, storage).list().length;
      list.push({ roomId, sending, failed: [], discard: () => {} });
    }
    onChange(list.filter(({ sending, failed }) => sending + failed.length));
  }

  function open(roomId: string) {
    const state = initialState({ roomId, me, history: null, read: 0 });
    const room = openRoom({
      ...options,
      state,
      token: { token: "", expiresAt: 0 },
      onState() {},
      onNotice() {},
      onChange({ unsent }) {
        const known = rooms.get(roomId);
        if (!known || known.unsent === unsent) return;
        known.unsent = unsent;
        if (!unsent.some(({ status }) => status === "sending")) {
          room.close();
          if (!unsent.some(({ status }) => status === "failed")) {
            rooms.delete(roomId);
            look();
          }
        }
        tell();
      },
    });
    carryFiles(room);
    const { unsent } = room.state();
    rooms.set(roomId, { room, unsent });
    if (!unsent.some(({ status }) => status === "sending")) room.close();
  }

  function look() {
    for (const { room } of rooms.values()) room.heed(true);
    for (const roomId of waiting()) {
      const busy = [...rooms.values()].filter(({ unsent }) =>
        unsent.some(({ status }) => status === "sending")
      );
      if (busy.length >= AT_ONCE) break;
      if (roomId !== except && !rooms.has(roomId)) open(roomId);
    }
    tell();
  }

  look();
  return {
    look() {
      look();
      for (const { room, unsent } of rooms.values()) {
        if (unsent.some(({ status }) => status === "sending")) room.check();
      }
    },
    close: () => rooms.forEach(({ room }) => room.close()),
  };
}
