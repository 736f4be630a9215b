import type { Message } from "../protocol.ts";

/**
 * The browser's own client, as this run uses it. It is loaded by a computed address and
 * described here by hand: it is compiled for browsers, with other compiler settings.
 */
export interface ProductClient {
  openRoom(options: {
    url: string;
    token: { token: string; expiresAt: number };
    state: RoomState;
    timing: Partial<Timing>;
    renew(): Promise<{ token: string; expiresAt: number }>;
    onState(state: string, reason?: string): void;
    onChange(state: RoomState): void;
    onNotice(message: string): void;
  }): OpenRoom;
  initialState(init: {
    roomId: string;
    me: string;
    history: null;
    read: number;
  }): RoomState;
}

export interface OpenRoom {
  send(content: string): void;
  typing(): void;
  close(): void;
}

/** The part of the client's room state that is recorded. */
export interface RoomState {
  epoch: string;
  offset: number;
  messages: Message[];
  unsent: { clientId: string; content: string; status: string }[];
}

/** Milliseconds; see `TIMING` in web/client/browser/socket.ts. */
export interface Timing {
  first: number;
  longest: number;
  check: number;
  answer: number;
  renewBefore: number;
  renewLeast: number;
}

/** Loads the client's modules from `web/client`. */
export async function loadProduct(): Promise<ProductClient> {
  const load = (file: string) =>
    import(new URL(`../../web/client/browser/${file}`, import.meta.url).href);
  const [{ openRoom }, { initialState }] = await Promise.all([
    load("room.ts"),
    load("room-state.ts"),
  ]);
  return { openRoom, initialState } as ProductClient;
}
