import type { EntryFrame } from "../../../../realtime/protocol.ts";
import { type OpenRoom, openRoom } from "../room.ts";
import { initialState, type RoomState } from "../room-state.ts";
import { fakeStorage, type Peer, startServer, watcher } from "./server.ts";

/** Longer than any test: ms. */
export const FOREVER = 1_000_000;
export const ME = { id: "me", name: "Me" };

/** A room open against a server in the test's hands. */
export async function openAgainst(
  storage: Storage,
  work: (test: {
    room: OpenRoom;
    peer(number: number): Promise<Peer>;
    state(): RoomState;
    notices: string[];
    states: string[];
    until(done: () => boolean): Promise<void>;
  }) => Promise<void>,
  late = FOREVER,
  renew = () => Promise.reject(new Error("web is down")),
) {
  const watch = watcher();
  const server = startServer(watch);
  const notices: string[] = [];
  const states: string[] = [];
  let state = initialState({
    roomId: "room",
    me: ME.id,
    history: { messages: [], epoch: "1", offset: 7 },
    read: 0,
  });
  const room = openRoom({
    state,
    url: server.url,
    token: { token: "t", expiresAt: Date.now() + 300_000 },
    renew,
    timing: { first: 1, longest: 1, check: FOREVER, answer: FOREVER, late },
    storage: () => storage,
    tab: () => fakeStorage(),
    onChange(next) {
      state = next;
      watch.notify();
    },
    onState(next, reason) {
      states.push(reason ?? next);
      watch.notify();
    },
    onNotice(message) {
      notices.push(message);
      watch.notify();
    },
  });
  try {
    const { until } = watch;
    const { peer } = server;
    await work({ room, peer, state: () => state, notices, states, until });
  } finally {
    room.close();
    await server.close();
  }
}

/** Somebody’s message, ours unless said otherwise, at an offset. */
export const entry = (offset: number, clientId = `c${offset}`): EntryFrame => ({
  event: "new-message",
  roomId: "room",
  epoch: "1",
  offset,
  message: {
    id: `m${offset}`,
    clientId,
    sender: ME,
    content: "text",
    timestamp: 1,
    offset,
  },
});
