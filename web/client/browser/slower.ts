/** A room over requests, where something between here and the server forbids sockets. */
import type {
  ClientFrame,
  EntryFrame,
  Message,
  Position,
  ServerFrame,
} from "../../../realtime/protocol.ts";
import type { HistoryPage } from "../../../realtime/protocol-http.ts";
import type { Line, LinkOptions } from "./socket.ts";

/** Where web passes requests of a room on to realtime. */
const BASE = "/realtime";

/** Milliseconds; tests shorten them. */
export const SLOWER = {
  /** Between tries to have a socket again, with a random part on top. */
  again: 60_000,
  /** Before a stream that ended is opened again. */
  pause: 1_000,
};

/** What a request was refused with. */
interface Refused {
  status: number;
  code: string;
  message: string;
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * What stands in for the socket of a room: the frames are the same, but they go out as requests and
 * come by the room's stream. It closes itself, to be opened anew, once a socket can be had.
 *
 * @param origin of the page; tests give their own.
 */
export function open(
  { roomId, url }: Pick<LinkOptions, "roomId" | "url">,
  { origin = "", timing = SLOWER } = {},
): Line {
  const gone = new AbortController();
  const { signal } = gone;
  const room = `/rooms/${encodeURIComponent(roomId)}`;
  let token = "";
  let read = 0;
  let known = false;
  let following: AbortController | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  const line: Line = {
    note: "Connected over a slower line.",
    onopen: null,
    onmessage: null,
    onclose: null,
    send: (text) => void handle(JSON.parse(text)),
    close: () => gone.abort(),
  };
  const say = (frame: ServerFrame) => {
    if (!signal.aborted) line.onmessage?.({ data: JSON.stringify(frame) });
  };
  const end = (code: number, reason = "") => {
    if (signal.aborted) return;
    gone.abort();
    line.onclose?.({ code, reason });
  };

  const ask = (path: string, method = "GET", body?: unknown, stop = signal) =>
    fetch(origin + BASE + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: stop,
    });

  /** @throws {Refused} what the service refused; anything else when it cannot be reached. */
  async function call<T>(...asked: Parameters<typeof ask>): Promise<T> {
    const answer = await ask(...asked);
    if (answer.ok) return await answer.json();
    const { error } = await answer.json().catch(() => ({}));
    throw { status: answer.status, ...error } satisfies Refused;
  }

  /** Ends the line for what refuses all of it; true if it did. */
  function endFor({ status }: Partial<Refused>): boolean {
    const codes: Record<number, number> = { 401: 4401, 403: 4403, 404: 4403 };
    if (status !== undefined && status < 500 && !codes[status]) return false;
    end(codes[status ?? 0] ?? 1006);
    return true;
  }

  /** Hands on what happens in the room after an offset. */
  async function follow(offset: number) {
    following?.abort();
    const mine = following = new AbortController();
    const stop = AbortSignal.any([signal, mine.signal]);
    while (!stop.aborted) {
      try {
        const path = `${room}/stream?after=${offset}`;
        const answer = await ask(path, "GET", undefined, stop);
        if (!answer.ok && endFor(answer)) return;
        const reader = answer.body!.pipeThrough(new TextDecoderStream())
          .getReader();
        let rest = "";
        for (;;) {
          const { value, done } = await reader.read();
          if (done || stop.aborted) break;
          const lines = (rest + value).split("\n");
          rest = lines.pop()!;
          for (const text of lines.filter(Boolean)) {
            const entry: EntryFrame = JSON.parse(text);
            offset = entry.offset;
            say(entry);
          }
        }
      } catch {
        if (!stop.aborted) return end(1006);
      }
      // A token that ended ends the stream: it is renewed meanwhile.
      await sleep(timing.pause);
    }
  }

  /** Whose the token is, it says itself; the first request tells whether it is good. */
  function identify() {
    try {
      const claims = token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
      const { sub: userId, exp } = JSON.parse(atob(claims));
      say({ event: "identified", userId, expiresAt: exp * 1_000 });
    } catch {
      end(1006);
    }
  }

  async function join(since?: Position) {
    try {
      if (!known) {
        const { rooms } = await call<
          { rooms: Record<string, { read: number }> }
        >(
          `/summaries?rooms=${encodeURIComponent(roomId)}`,
        );
        read = rooms[roomId]?.read ?? 0;
      }
      const page = await call<HistoryPage>(`${room}/messages?limit=50`);
      const { epoch } = page;
      const recovered = since?.epoch === epoch && since.offset <= page.offset;
      const offset = recovered ? since.offset : page.offset;
      const messages = recovered ? [] : page.messages;
      say({
        ...{ event: "room-joined", roomId, epoch, offset, recovered, messages },
        ...{ entries: [], online: [], read },
      });
      if (!known || !recovered) follow(offset);
      known = true;
    } catch (error) {
      const refused = error as Partial<Refused>;
      if (!endFor(refused)) end(4002);
    }
  }

  /** Sends what a person wrote: one after the other, as it was written. */
  function write(path: string, clientId: string, body: unknown) {
    queue = queue.then(async () => {
      try {
        const { id, offset, timestamp } = await call<Message>(
          room + path,
          "POST",
          body,
        );
        say({ event: "message-ack", clientId, id, roomId, offset, timestamp });
      } catch (error) {
        const refused = error as Partial<Refused>;
        const { status, code = "refused", message } = refused;
        if (status === undefined || status === 401) return endFor(refused);
        say({
          ...{ event: "error", code, ref: clientId },
          message: message ?? "This could not be sent.",
          retryable: status >= 500 || status === 429,
        });
      }
    });
  }

  function handle(frame: ClientFrame) {
    switch (frame.event) {
      case "identify":
        token = frame.token;
        return identify();
      case "join-room":
        return join(frame.since);
      case "chat-message":
        return write("/messages", frame.message.clientId, frame.message);
      case "edit-message":
      case "delete-message":
      case "react":
        return write("/amendments", frame.clientId, frame);
      case "read":
        ask(`${room}/read`, "PUT", { offset: frame.offset }).catch(() => {});
    }
  }

  /** Looks now and then whether a socket can be had again. */
  async function lookBack() {
    while (!signal.aborted) {
      await sleep(timing.again * (1 + Math.random() / 2));
      if (signal.aborted) return;
      const socket = new WebSocket(url);
      const isOpen = await new Promise((resolve) => {
        socket.onopen = () => resolve(true);
        socket.onclose = () => resolve(false);
      });
      socket.close();
      if (isOpen) end(4000);
    }
  }

  setTimeout(() => line.onopen?.());
  lookBack();
  return line;
}
