/** How a server is spoken to. */
export interface Dialect {
  path(room: string, user: string): string;
  /** What a client sends once its socket is open, all at once. */
  greet(room: string, token: string): string[];
  /** The first characters of the text that completes the greeting; "" if none is needed. */
  ready: string;
  chat(room: string, clientId: string, content: string): string;
  /** Where in a text an `n` (of `new-message`) says that it delivers a message. */
  mark: number;
}

const query = (room: string, user: string) => `/?room=${room}&user=${user}`;
const mark = '{"event":"'.length;

/** The product's: identify and join at once; the answer to the join completes it. */
const ours = (echo: boolean): Dialect => ({
  path: () => "/",
  greet: (roomId, token) => [
    JSON.stringify({ event: "identify", token }),
    JSON.stringify({ event: "join-room", roomId, echo }),
  ],
  ready: '{"event":"room-joined"',
  chat: (roomId, clientId, content) =>
    JSON.stringify({
      event: "chat-message",
      roomId,
      message: { clientId, content },
    }),
  mark,
});

/** The servers' ways of speaking, by name. */
export const DIALECTS = {
  /** The way the product's own client does. */
  ours: ours(true),
  /** With a `message-ack` for each message as well. */
  "ours+acks": ours(false),
  /** Servers that take the room from the address, and have nothing to say at first. */
  plain: {
    path: query,
    greet: () => [],
    ready: "",
    chat: (_, clientId, content) => JSON.stringify({ clientId, content }),
    mark,
  },
  /** Socket.IO's packets: connect, then events as arrays. */
  "socket.io": {
    path: (room, user) =>
      `/socket.io/?EIO=4&transport=websocket&room=${room}&user=${user}`,
    greet: () => ["40"],
    ready: "40{",
    chat: (_, clientId, content) =>
      `42${JSON.stringify(["chat-message", { clientId, content }])}`,
    mark: '42["'.length,
  },
} satisfies Record<string, Dialect>;

export type DialectName = keyof typeof DIALECTS;
