import type {
  EntryFrame,
  HistoryPage,
  Leftovers,
  LeftoversTaken,
  Message,
  NamesChanged,
  Renamed,
  RoomClips,
  RoomSummary,
  SearchPage,
} from "../../realtime/protocol.ts";
import type { Config } from "../config.ts";
import { AppError } from "../errors.ts";
import { currentRequestId } from "../request-id.ts";
import type { RoomLog, Services } from "../services.ts";
import { inTurn } from "./in-turn.ts";
import { parseNdjson } from "./ndjson.ts";
import { notFound } from "./store.ts";
import { tokenCache } from "./token-cache.ts";

const TIMEOUT_MS = 3_000;
/** The statuses whose code and sentence are meant for the person. */
const PASSED_ON = [400, 403, 404, 409, 413, 422, 429];

/** Whether realtime took the token for one that ended, or names no such room. */
const isRefused = ({ status }: Response) => status === 401 || status === 404;

const realtimeDown = (cause: unknown): AppError =>
  new AppError({
    code: "realtime-down",
    status: 503,
    message:
      "Messages are unavailable at the moment. Please try again shortly.",
    retryAfter: 5,
    cause,
  });

/** The error an answer of realtime stands for. Reads the body. */
async function readError(response: Response): Promise<AppError> {
  const cause = new Error(`realtime answered ${response.status}`);
  if (!PASSED_ON.includes(response.status)) {
    const { error } = await response.json().catch(() => ({}));
    return error?.code === "disk-full"
      ? new AppError({
        code: "disk-full",
        status: 503,
        message:
          "The server’s disk is full, so nothing can be sent. Tell whoever runs it to free some space, then try again.",
        retryAfter: 60,
        cause,
      })
      : realtimeDown(cause);
  }
  try {
    const { error: { code, message } } = await response.json();
    if (typeof code !== "string" || typeof message !== "string") {
      return realtimeDown(cause);
    }
    const wait = Number(response.headers.get("retry-after"));
    const retryAfter = wait > 0 ? wait : undefined;
    return new AppError({ code, status: response.status, message, retryAfter });
  } catch (error) {
    return realtimeDown(error);
  }
}

interface Call {
  token: () => Promise<string>;
  method?: "GET" | "POST" | "PUT" | "DELETE";
  body?: unknown;
  signal: AbortSignal;
}

/**
 * The room log, over realtime's HTTP interface (the paths and shapes are in
 * `realtime/protocol.ts`), with a token of the person for each call.
 *
 * Every method throws AppError: `realtime-down` (503) when realtime cannot be reached, answers
 * nonsense or nothing for 3 s; `not-found` (404) for a room that is not among the roles; and what
 * realtime says itself, such as a message that is too long (422) or sent too fast (429).
 */
export function realtimeRoomLog(
  config: Pick<Config, "realtimeUrl">,
  signer: Services["signer"],
  timeoutMs = TIMEOUT_MS,
): RoomLog {
  const tokens = tokenCache(signer);
  const turn = inTurn();

  async function call(path: string, init: Call): Promise<Response> {
    const token = await init.token();
    let response = await callWith(token, path, init);
    // Kept here from before a sign-out, or from before the person was removed and came back,
    // which another process of web told realtime: a new one may be taken.
    if (isRefused(response) && tokens.drop(token)) {
      await response.body?.cancel();
      const next = await init.token();
      response = await callWith(next, path, init);
      if (isRefused(response)) tokens.drop(next);
    }
    if (!response.ok) throw await readError(response);
    return response;
  }

  async function callWith(
    token: string,
    path: string,
    init: Call,
  ): Promise<Response> {
    const { method = "GET", body, signal } = init;
    const headers = new Headers({ authorization: `Bearer ${token}` });
    if (body !== undefined) headers.set("content-type", "application/json");
    const requestId = currentRequestId();
    if (requestId) headers.set("x-request-id", requestId);
    try {
      return await fetch(config.realtimeUrl + path, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        signal,
        redirect: "error",
      });
    } catch (error) {
      throw realtimeDown(error);
    }
  }

  const soon = () => AbortSignal.timeout(timeoutMs);

  async function callJson<T>(
    path: string,
    init: Omit<Call, "signal">,
  ): Promise<T> {
    const response = await call(path, { ...init, signal: soon() });
    try {
      return await response.json() as T;
    } catch (error) {
      throw realtimeDown(error);
    }
  }

  async function send(path: string, init: Omit<Call, "signal">) {
    const response = await call(path, { ...init, signal: soon() });
    await response.body?.cancel();
  }

  /** As a query string; what is undefined is left out. */
  function queryOf(values: Record<string, string | number | undefined>) {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(values)) {
      if (value !== undefined) query.set(name, String(value));
    }
    return query;
  }

  /** The path of a room the roles allow. */
  function roomPath(roles: Record<string, unknown>, roomId: string): string {
    if (!Object.hasOwn(roles, roomId)) throw notFound();
    return `/rooms/${encodeURIComponent(roomId)}`;
  }

  return {
    async history(account, roles, roomId, page) {
      const path = `${roomPath(roles, roomId)}/messages?${queryOf(page)}`;
      return await callJson<HistoryPage>(path, {
        token: () => tokens.of(account, roles),
      });
    },

    async search(account, roles, roomId, query) {
      const path = `${roomPath(roles, roomId)}/search?${queryOf(query)}`;
      return await callJson<SearchPage>(path, {
        token: () => tokens.of(account, roles),
      });
    },

    async post(account, roles, roomId, draft) {
      const path = `${roomPath(roles, roomId)}/messages`;
      return await turn(
        `${account.id} ${roomId}`,
        () =>
          callJson<Message>(path, {
            token: () => tokens.of(account, roles),
            method: "POST",
            body: draft,
          }),
      );
    },

    async find(account, roles, roomId, id) {
      const path = `${roomPath(roles, roomId)}/messages?${queryOf({ id })}`;
      return await callJson<Message>(path, {
        token: () => tokens.of(account, roles),
      });
    },

    async amend(account, roles, roomId, change) {
      const path = `${roomPath(roles, roomId)}/amendments`;
      return await callJson<Message>(path, {
        token: () => tokens.of(account, roles),
        method: "POST",
        body: { ...change, clientId: crypto.randomUUID() },
      });
    },

    async summaries(account, roles) {
      const rooms = Object.keys(roles).map(encodeURIComponent);
      if (rooms.length === 0) return {};
      const answer = await callJson<{ rooms: Record<string, RoomSummary> }>(
        `/summaries?rooms=${rooms.join(",")}`,
        { token: () => tokens.of(account, roles) },
      );
      return answer.rooms;
    },

    async markRead(account, roles, roomId, offset) {
      await send(`${roomPath(roles, roomId)}/read`, {
        token: () => tokens.of(account, roles),
        method: "PUT",
        body: { offset },
      });
    },

    async membershipChanged(roomId, userId, removed) {
      // Realtime mistrusts tokens from before a removal, also once the person is back.
      tokens.forget(userId);
      await send(`/rooms/${encodeURIComponent(roomId)}/membership`, {
        token: () => signer.serviceToken("realtime"),
        method: "POST",
        body: { userId, removed },
      });
    },

    async namesChanged(roomId, names) {
      await send(`/rooms/${encodeURIComponent(roomId)}/names`, {
        token: () => signer.serviceToken("realtime"),
        method: "POST",
        body: { names } satisfies NamesChanged,
      });
    },

    async sessionsEnded(which) {
      tokens.forget(which.userId);
      await send("/sessions", {
        token: () => signer.serviceToken("realtime"),
        method: "POST",
        body: which,
      });
    },

    async rename(rename) {
      tokens.forget(rename.userId);
      return await callJson<Renamed>("/renames", {
        token: () => signer.serviceToken("realtime"),
        method: "POST",
        body: rename,
      });
    },

    async clips(roomId, after) {
      const room = encodeURIComponent(roomId);
      return await callJson<RoomClips>(
        `/rooms/${room}/clips?${queryOf({ after })}`,
        { token: () => signer.serviceToken("realtime") },
      );
    },

    async leftovers() {
      const { leftovers } = await callJson<Leftovers>("/leftovers", {
        token: () => signer.serviceToken("realtime"),
      });
      return leftovers;
    },

    async leftoversTaken(leftovers) {
      const taken = leftovers.map(({ roomId, receipt }) => ({
        roomId,
        receipt,
      }));
      await send("/leftovers/taken", {
        token: () => signer.serviceToken("realtime"),
        method: "POST",
        body: { taken } satisfies LeftoversTaken,
      });
    },

    async endRoom(roomId) {
      await send(`/rooms/${encodeURIComponent(roomId)}`, {
        token: () => signer.serviceToken("realtime"),
        method: "DELETE",
      });
    },

    async stream(account, roles, roomId, after, signal) {
      const path = `${roomPath(roles, roomId)}/stream?after=${after}`;
      // Only the opening is timed: the stream itself never ends.
      const opening = new AbortController();
      const timer = setTimeout(
        () => opening.abort(new DOMException("no answer", "TimeoutError")),
        timeoutMs,
      );
      try {
        const response = await call(path, {
          token: () => tokens.of(account, roles),
          signal: AbortSignal.any([signal, opening.signal]),
        });
        if (response.body === null) throw realtimeDown("no body");
        return response.body
          .pipeThrough(new TextDecoderStream())
          .pipeThrough(parseNdjson<EntryFrame>());
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
