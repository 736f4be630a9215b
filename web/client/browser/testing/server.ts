/** What the browser and the realtime server give, in the hands of a test. */
import type {
  ClientFrame,
  ServerFrame,
} from "../../../../realtime/protocol.ts";

/** One connection as the server sees it. */
export interface Peer {
  socket: WebSocket;
  frames: ClientFrame[];
  send(frame: ServerFrame): void;
  /** Waits until `count` frames of an event have come; gives the last. */
  got<E extends ClientFrame["event"]>(
    event: E,
    count?: number,
  ): Promise<Extract<ClientFrame, { event: E }>>;
}

/** `until` resolves once `done` says so; it asks again at every `notify`. */
export function watcher() {
  const waiting = new Set<() => void>();
  return {
    notify: () => waiting.forEach((check) => check()),
    until: (done: () => boolean) =>
      new Promise<void>((resolve) => {
        const check = () => {
          if (!done()) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
  };
}

/** Listens on a free port; `peer(n)` waits for the nth connection, from 0. */
export function startServer({ notify, until }: ReturnType<typeof watcher>) {
  const peers: Peer[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      const frames: ClientFrame[] = [];
      const of = (event: string) => frames.filter((f) => f.event === event);
      socket.onmessage = ({ data }) => {
        frames.push(JSON.parse(data));
        notify();
      };
      socket.onclose = notify;
      socket.onopen = notify;
      peers.push({
        socket,
        frames,
        send: (frame) => socket.send(JSON.stringify(frame)),
        async got<E extends ClientFrame["event"]>(event: E, count = 1) {
          await until(() => of(event).length >= count);
          return of(event)[count - 1] as Extract<ClientFrame, { event: E }>;
        },
      });
      notify();
      return response;
    },
  );
  return {
    url: `ws://127.0.0.1:${server.addr.port}/`,
    async peer(number: number): Promise<Peer> {
      await until(() => peers[number]?.socket.readyState === 1);
      return peers[number];
    },
    async close() {
      // Deno's shutdown waits for sockets whose close it has not seen.
      for (const { socket } of peers) {
        if (socket.readyState === 1) socket.close();
        await until(() => socket.readyState === WebSocket.CLOSED);
      }
      await server.shutdown();
    },
  };
}

export const identified: Extract<ServerFrame, { event: "identified" }> = {
  event: "identified",
  userId: "me",
  expiresAt: 0,
};
export const joined: Extract<ServerFrame, { event: "room-joined" }> = {
  event: "room-joined",
  roomId: "room",
  epoch: "1",
  offset: 7,
  recovered: true,
  messages: [],
  entries: [],
  online: [],
  read: 0,
};

/** Answers a fresh connection until it is live. */
export async function goLive(peer: Peer) {
  await peer.got("identify");
  peer.send(identified);
  await peer.got("join-room");
  peer.send(joined);
}

/** A browser's storage: its keys are its own properties, and it can be full. */
export function fakeStorage(capacity = Infinity): Storage {
  const items = new Map<string, string>();
  const methods = {
    getItem: (key: string) => items.get(key) ?? null,
    removeItem: (key: string) => void items.delete(key),
    setItem(key: string, value: string) {
      if (items.size >= capacity && !items.has(key)) {
        throw new DOMException("full", "QuotaExceededError");
      }
      items.set(key, value);
    },
  };
  return new Proxy(methods as unknown as Storage, {
    ownKeys: () => [...items.keys()],
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
  });
}
