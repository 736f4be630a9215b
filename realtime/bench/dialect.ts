/** How a server is spoken to. */
export interface Dialect {
  path(room: string, user: string): string;
  /** What a client sends once its socket is open, in answer to a text it got. */
  greet(step: number, room: string, token: string): string | undefined;
  /** Which text completes the greeting. */
  ready: string;
  chat(room: string, clientId: string, content: string): string;
  /** The first bytes of the frame that delivers a message. */
  mark: string;
}

const query = (room: string, user: string) => `/?room=${room}&user=${user}`;

/** The product: identify and join at once; the answer to the join completes it. */
export const OURS: Dialect = {
  path: () => "/",
  greet: (step, roomId, token) =>
    [
      JSON.stringify({ event: "identify", token }),
      JSON.stringify({ event: "join-room", roomId }),
    ][step],
  ready: '{"event":"room-joined"',
  chat: (roomId, clientId, content) =>
    JSON.stringify({
      event: "chat-message",
      roomId,
      message: { clientId, content },
    }),
  mark: '{"event":"new-message"',
};

/** Servers that take the room from the address, and have nothing to say at first. */
export const PLAIN: Dialect = {
  path: query,
  greet: () => undefined,
  ready: "",
  chat: (_, clientId, content) => JSON.stringify({ clientId, content }),
  mark: '{"event":"new-message"',
};

/** Socket.IO's packets: connect, then events as arrays. */
export const SOCKET_IO: Dialect = {
  path: (room, user) =>
    `/socket.io/?EIO=4&transport=websocket&room=${room}&user=${user}`,
  greet: (step) => ["40"][step],
  ready: "40{",
  chat: (_, clientId, content) =>
    `42${JSON.stringify(["chat-message", { clientId, content }])}`,
  mark: '42["new-message"',
};
