import { z } from "@hono/zod-openapi";
import { assertSignedIn, bearer, type Caller } from "../access/auth.ts";
import { audioTooLong } from "../audio/errors.ts";
import { ApiError, errorResponse, internalError } from "../http/errors.ts";
import {
  alreadyDictating,
  closeCode,
  idleTooLong,
  replaced,
  unknownFrame,
  unknownId,
  unknownLanguage,
  unknownWriting,
} from "./errors.ts";
import { AUDIO_LIMITS } from "../http/limits.ts";
import { Inbox } from "./inbox.ts";
import { failures } from "../http/middleware.ts";
import {
  type RecognitionStream,
  recognizerBusy,
  SAMPLE_RATE,
  type Update,
  usualLanguage,
} from "../recognizers/recognizer.ts";
import { requestIdOf } from "../../realtime/common/request-id.ts";
import { LanguageSchema, Writing, writingIn } from "../http/schemas.ts";
import type { Deps } from "../service.ts";
import { type Wishes, writingOf } from "../text/wishes.ts";

/** What the server sends. */
export type LiveFrame = Update | {
  type: "error";
  code: string;
  message: string;
};

export interface LiveTimes {
  /** Milliseconds without audio after which the decoder is given to somebody else. */
  idle: number;
}

const TIMES: LiveTimes = { idle: 15_000 };

/** The subprotocol of the socket; a browser names its token beside it. */
const PROTOCOL = "transcriber";

/** Sockets of one person, including those that are told to wait or to leave. */
const SOCKETS_EACH = 2;

/** Sockets of everybody beyond those with a decoder: Deno may read a frame of up to 64 MB for each. */
const SOCKETS_MORE = 4;

/** Seconds between Deno's pings; whoever has not answered one by the next is gone. */
const PING_SECONDS = 10;

const End = z.object({ type: z.literal("end") });

/** Describes the socket in the OpenAPI document, as far as that can. */
export const liveDocumentation = {
  method: "get",
  path: "/transcribe/live",
  summary: "WebSocket: text while you speak",
  description:
    `Open it with your token as Authorization: Bearer. A browser sends the token as the second subprotocol: new WebSocket(url, ["transcriber", token]). To name a language, add ?language=; spoken and hints are those of /transcribe. Then send binary frames of 16 kHz mono signed 16-bit little-endian PCM, at most 65,536 bytes each, and {"type": "end"} when you are done. The server sends {"type": "partial", "text"}, which replaces the partial before it, {"type": "final", "text", "words", "until"}, and {"type": "error", "code", "message"}. The finals, joined with spaces, are the whole text. If the connection breaks, open another one and go on with the sound that comes after the seconds in the last until. Give both the same ?id= of your own making, 8 to 64 letters, digits, hyphens or underscores, and the first one ends at once with replaced. The socket closes with 1000 after the end, with 4000–4099 when it makes sense to try again later, and with 4400–4499 when it does not. It stays open for at most 5 minutes, and for 15 s without audio.`,
  responses: {
    101: { description: "The socket is open" },
    ...failures(400, 401, 403, 426, 429, 503),
  },
} as const;

/** What a client calls its dictation, so that it can go on with it in another socket. */
const ID = /^[\w-]{8,64}$/;

/** Milliseconds a socket has to give up its decoder to the one that goes on in its place. */
const HANDOVER = 5_000;

/** A socket, from its upgrade to its end. */
interface Open {
  caller: Caller;
  id: string | null;
  /** Resolves once it has no decoder any more. */
  done: Promise<void>;
  /** Aborted when nobody reads its words any more, or another socket goes on in its place. */
  gone: AbortController;
  isReplaced: boolean;
}

/** The live sockets of this process. */
export class Live {
  #deps: Deps;
  #times: LiveTimes;
  #open = new Map<Inbox, Open>();
  /** People with a stream: one each, so that nobody takes every decoder. */
  #speaking = new Set<string>();
  /** Streams that have a decoder. */
  #streams = 0;

  constructor(deps: Deps, times: Partial<LiveTimes> = {}) {
    this.#deps = deps;
    this.#times = { ...TIMES, ...times };
    deps.auth.signOuts.onEnd(() => this.#endSignedOut());
  }

  /**
   * Answers the upgrade of `/transcribe/live`: only who has a valid credential gets a socket, since
   * Deno reads whatever a socket sends. Browsers are let in from APP_URL's origin only.
   */
  async upgrade(request: Request): Promise<Response> {
    const requestId = requestIdOf(request.headers); // gone after the upgrade
    try {
      const { protocol, ...talk } = await this.#admit(request);
      const { socket, response } = Deno.upgradeWebSocket(request, {
        protocol,
        idleTimeout: PING_SECONDS,
      });
      this.#deps.metrics.request("GET", "/transcribe/live", 101);
      this.#serve(socket, { ...talk, requestId });
      return response;
    } catch (error) {
      const shown = error instanceof ApiError ? error : internalError(error);
      this.#deps.metrics.request("GET", "/transcribe/live", shown.status);
      this.#deps.log("info", "live", { requestId, code: shown.code });
      return errorResponse(shown);
    }
  }

  /** Who opens a socket, and for what. @throws {ApiError} who may not */
  async #admit(request: Request) {
    const { headers } = request;
    const origin = headers.get("origin");
    if (origin !== null && origin !== this.#deps.config.appUrl) {
      throw new ApiError({
        code: "origin",
        status: 403,
        message: "This page may not use this server's dictation.",
      });
    }
    if (headers.get("upgrade")?.toLowerCase() !== "websocket") {
      throw new ApiError({
        code: "websocket-only",
        status: 426,
        message: "Open this address as a WebSocket. See /docs.",
      });
    }
    const offered = (headers.get("sec-websocket-protocol") ?? "")
      .split(",").map((name) => name.trim());
    const protocol = offered[0] === PROTOCOL ? PROTOCOL : undefined;
    const token = bearer(headers) ?? (protocol && offered[1]) ?? null;
    const caller = await this.#deps.auth.verify(token);
    const query = new URL(request.url).searchParams;
    const named = query.get("language");
    const language = LanguageSchema.safeParse(
      named ?? usualLanguage(this.#deps.recognizer),
    );
    if (!language.success) throw unknownLanguage();
    const writing = Writing.safeParse(Object.fromEntries(query));
    if (!writing.success) throw unknownWriting();
    const id = query.get("id");
    if (id !== null && !ID.test(id)) throw unknownId();
    this.#deps.limits.take(caller);
    if (id !== null) await this.#replace(caller, id);
    this.#assertRoom(caller);
    return {
      caller,
      id,
      protocol,
      language: language.data,
      detect: named === null,
      writing: writingOf(writingIn(writing.data), caller.writing),
    };
  }

  /** Ends what the same person has open under an id: its connection broke, and nobody told us yet. */
  async #replace(caller: Caller, id: string): Promise<void> {
    const before = [...this.#open].filter(([, it]) =>
      it.id === id && it.caller.id === caller.id
    );
    for (const [inbox, it] of before) {
      it.isReplaced = true;
      it.gone.abort(replaced());
      inbox.fail(replaced());
    }
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, HANDOVER);
    const done = Promise.all(before.map(([, it]) => it.done));
    await Promise.race([done, late.promise]);
    clearTimeout(timer);
  }

  /** Before a socket is opened: afterwards its frames take memory, even while it is closed. */
  #assertRoom({ kind, id }: Caller): void {
    const most = this.#deps.config.liveStreams + SOCKETS_MORE;
    const own =
      [...this.#open.values()].filter(({ caller, isReplaced }) =>
        caller.id === id && !isReplaced
      ).length;
    if (this.#open.size >= most) throw recognizerBusy();
    if (kind === "person" && own >= SOCKETS_EACH) throw alreadyDictating();
  }

  /** Tells every client to come back later; resolves when all have left. */
  async drain(): Promise<void> {
    for (const inbox of this.#open.keys()) {
      inbox.fail(
        new ApiError({
          code: "restart",
          status: 503,
          message: "The server is restarting. Try again in a moment.",
        }),
      );
    }
    await Promise.all([...this.#open.values()].map(({ done }) => done));
  }

  /** Closes the sockets of people whose session has ended. */
  #endSignedOut(): void {
    for (const [inbox, { caller }] of this.#open) {
      try {
        assertSignedIn(this.#deps.auth.signOuts, caller);
      } catch (error) {
        if (error instanceof ApiError) inbox.fail(error);
      }
    }
  }

  #serve(socket: WebSocket, talk: Talk): void {
    const inbox = new Inbox();
    const opened = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    const leave = () => {
      opened.resolve();
      inbox.close();
      closed.resolve();
    };
    socket.binaryType = "arraybuffer";
    socket.onopen = () => opened.resolve();
    socket.onmessage = ({ data }) => inbox.push(data);
    socket.onclose = leave;
    socket.onerror = leave;
    const gone = new AbortController();
    socket.addEventListener("close", () => gone.abort());
    // Nothing can be sent before it is open, not even a refusal.
    const talking = opened.promise.then(() =>
      this.#converse(socket, inbox, talk, gone.signal)
    );
    const { caller, id } = talk;
    this.#open.set(inbox, {
      caller,
      id,
      done: talking,
      gone,
      isReplaced: false,
    });
    this.#deps.metrics.liveStreams(this.#open.size);
    // A socket takes memory until it is closed, not only until it is told to.
    Promise.all([talking, closed.promise]).finally(() => {
      this.#open.delete(inbox);
      this.#deps.metrics.liveStreams(this.#open.size);
    });
  }

  async #converse(
    socket: WebSocket,
    inbox: Inbox,
    talk: Talk,
    gone: AbortSignal,
  ): Promise<void> {
    const { requestId } = talk;
    const started = performance.now();
    const send = (frame: LiveFrame) => {
      if (socket.readyState === WebSocket.OPEN) {
        socket.send(JSON.stringify(frame));
      }
    };
    const heard = { samples: 0 };
    let code = "done";
    let operator: string | undefined;
    try {
      await this.#recognise(inbox, talk, send, gone, heard);
      socket.close(1000);
    } catch (error) {
      const shown = error instanceof ApiError ? error : internalError(error);
      code = gone.aborted ? "abandoned" : shown.code;
      operator = shown.operator;
      send({ type: "error", code: shown.code, message: shown.message });
      if (socket.readyState === WebSocket.OPEN) {
        socket.close(closeCode(shown), shown.code);
      }
    }
    const seconds = heard.samples / SAMPLE_RATE;
    this.#deps.metrics.audio("live", seconds);
    this.#deps.log(code === "internal" || operator ? "error" : "info", "live", {
      requestId,
      code,
      operator,
      seconds: Math.round(seconds),
      ms: Math.round(performance.now() - started),
    });
  }

  /** The whole conversation; counts the samples heard. */
  async #recognise(
    inbox: Inbox,
    { caller, language, detect, writing }: Talk,
    send: (frame: LiveFrame) => void,
    signal: AbortSignal,
    heard: { samples: number },
  ): Promise<void> {
    assertSignedIn(this.#deps.auth.signOuts, caller); // it was true before the upgrade
    if (caller.kind === "person" && this.#speaking.has(caller.id)) {
      throw alreadyDictating();
    }
    // Whoever would have to wait is told at once; a recording can wait its turn.
    if (this.#streams >= this.#deps.config.liveStreams) throw recognizerBusy();
    this.#streams++;
    this.#speaking.add(caller.id);
    try {
      const stream = await this.#deps.recognizer
        .start({ ...writing, language, detect, signal, onUpdate: send });
      try {
        await this.#listen(inbox, stream, heard);
      } finally {
        await stream.close();
      }
    } finally {
      this.#streams--;
      this.#speaking.delete(caller.id);
    }
  }

  async #listen(
    inbox: Inbox,
    stream: RecognitionStream,
    heard: { samples: number },
  ): Promise<void> {
    for (;;) {
      const frame = await this.#nextOrSettle(inbox, stream);
      if (frame === null) return;
      if ("json" in frame) {
        if (!End.safeParse(frame.json).success) throw unknownFrame();
        await stream.finish();
        return;
      }
      heard.samples += frame.pcm.length;
      if (heard.samples > AUDIO_LIMITS.seconds * SAMPLE_RATE) {
        await stream.finish();
        throw audioTooLong();
      }
      await stream.feed(frame.pcm);
    }
  }

  /** However a stream ends, what was said until then is settled and sent. */
  async #nextOrSettle(inbox: Inbox, stream: RecognitionStream) {
    try {
      return await inbox.next(this.#times.idle, idleTooLong());
    } catch (error) {
      await stream.finish();
      throw error;
    }
  }
}

/** Who speaks, and what. */
interface Talk {
  caller: Caller;
  id: string | null;
  language: string;
  /** Nobody named the language. */
  detect: boolean;
  writing: Wishes;
  requestId: string;
}
