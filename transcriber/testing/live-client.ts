import type { LiveFrame } from "../live/live.ts";

/** A client of the live socket that remembers all it was told. */
export interface LiveClient {
  frames: LiveFrame[];
  send(data: string | ArrayBuffer): void;
  close(): void;
  /** Resolves to the close code. */
  closed: Promise<number>;
}

/** A key of another program that the service under test knows. */
export const KEY = "a-key-of-another-program";

/** Opens `/transcribe/live` of a service at `url`. */
export async function openLive(
  url: string,
  token: string | null = KEY,
  { language = "", id = "", ...headers }: Record<string, string> = {},
): Promise<LiveClient> {
  const asked = Object.entries({ language, id }).filter(([, it]) => it);
  const query = new URLSearchParams(asked);
  const address = `${url.replace("http", "ws")}/transcribe/live?${query}`;
  if (token !== null) headers.authorization = `Bearer ${token}`;
  // Deno takes options here; the DOM's types, which the workspace has for the islands, know none.
  const options = { headers } as unknown as string[];
  const socket = new WebSocket(address, options);
  const frames: LiveFrame[] = [];
  const closed = Promise.withResolvers<number>();
  socket.onmessage = ({ data }) => frames.push(JSON.parse(data));
  socket.onclose = ({ code }) => closed.resolve(code);
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error("the socket was refused"));
  });
  return {
    frames,
    send: (data) => socket.send(data),
    close: () => socket.close(),
    closed: closed.promise,
  };
}
