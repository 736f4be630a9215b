import { assertSignedIn, type Caller } from "../access/auth.ts";
import { ApiError, errorResponse, internalError } from "../http/errors.ts";
import {
  recognizerBusy,
  SAMPLE_RATE,
  type Update,
} from "../recognizers/recognizer.ts";
import { requestIdOf } from "../../realtime/common/request-id.ts";
import type { Deps } from "../service.ts";
import { admitted, type Talk } from "./admission.ts";
import { alreadyDictating, closeCode, replaced } from "./errors.ts";
import { Inbox } from "./inbox.ts";
import { listen } from "./listening.ts";

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

/** Sockets of one person, including those that are told to wait or to leave. */
const SOCKETS_EACH = 2;

/** Sockets of everybody beyond those with a decoder: Deno may read a frame of up to 64 MB for each. */
const SOCKETS_MORE = 4;

/** Seconds between Deno's pings; whoever has not answered one by the next is gone. */
const PING_SECONDS = 10;

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
      const { protocol, talk } = await admitted(request, this.#deps);
      const { caller, id } = talk;
      this.#deps.limits.take(caller);
      if (id !== null) await this.#replace(caller, id);
      this.#assertRoom(caller);
      const { socket, response } = Deno.upgradeWebSocket(request, {
        protocol,
        idleTimeout: PING_SECONDS,
      });
      this.#deps.metrics.request("GET", "/transcribe/live", 101);
      this.#serve(socket, talk, requestId);
      return response;
    } catch (error) {
      const shown = error instanceof ApiError ? error : internalError(error);
      this.#deps.metrics.request("GET", "/transcribe/live", shown.status);
      this.#deps.log("info", "live", { requestId, code: shown.code });
      return errorResponse(shown);
    }
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

  #serve(socket: WebSocket, talk: Talk, requestId: string): void {
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
      this.#converse(socket, inbox, { ...talk, requestId }, gone.signal)
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
    { requestId, ...talk }: Talk & { requestId: string },
    gone: AbortSignal,
  ): Promise<void> {
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
        await listen(inbox, stream, heard, this.#times.idle);
      } finally {
        await stream.close();
      }
    } finally {
      this.#streams--;
      this.#speaking.delete(caller.id);
    }
  }
}
