import { z } from "@hono/zod-openapi";
import type { Caller } from "./auth.ts";
import { audioTooLong } from "./audio/errors.ts";
import { ApiError, errorResponse, internalError } from "./errors.ts";
import { AUDIO_LIMITS } from "./limits.ts";
import { type Frame, Inbox } from "./live-inbox.ts";
import {
  type RecognitionStream,
  SAMPLE_RATE,
  type Update,
} from "./recognizers/recognizer.ts";
import { requestIdOf } from "./request-id.ts";
import { LanguageSchema } from "./schemas.ts";
import type { Deps } from "./service.ts";

/** What the server sends. */
export type LiveFrame = Update | {
  type: "error";
  code: string;
  message: string;
};

export interface LiveTimes {
  /** Milliseconds a fresh socket has to send its token. */
  hello: number;
  /** Milliseconds without audio after which the decoder is given to somebody else. */
  idle: number;
}

const TIMES: LiveTimes = { hello: 10_000, idle: 15_000 };

const Hello = z.object({
  // A person's token names each of their rooms, up to a hundred: five thousand characters then.
  token: z.string().max(8_000),
  language: LanguageSchema.default("en-US"),
});

const End = z.object({ type: z.literal("end") });

/** Describes the socket in the OpenAPI document, as far as that can. */
export const liveDocumentation = {
  method: "get",
  path: "/transcribe/live",
  summary: "WebSocket: text while you speak",
  description:
    'First send {"token", "language"?}; then binary frames of 16 kHz mono signed 16-bit ' +
    'little-endian PCM; at the end {"type": "end"}. The server sends {"type": "partial", "text"}, which ' +
    'replaces the partial before it, {"type": "final", "text", "words"}, and {"type": "error", "code", "message"}. ' +
    "Joined with spaces the finals are the whole text. It closes with 1000 after the end, with 4000–4099 when " +
    "trying again later makes sense, and with 4400–4499 when it does not. 5 minutes; 15 s without audio.",
  responses: { 101: { description: "The socket is open" } },
} as const;

/** The live sockets of this process. */
export class Live {
  #deps: Deps;
  #times: LiveTimes;
  #open = new Set<Inbox>();
  /** People with a stream: one each, so that nobody takes every decoder. */
  #speaking = new Set<string>();
  #idle = () => {};

  constructor(deps: Deps, times: Partial<LiveTimes> = {}) {
    this.#deps = deps;
    this.#times = { ...TIMES, ...times };
  }

  /** Answers the upgrade of `/transcribe/live`. Browsers are let in from APP_URL's origin only. */
  upgrade(request: Request): Response {
    const origin = request.headers.get("origin");
    if (origin !== null && origin !== this.#deps.config.appUrl) {
      return errorResponse(
        new ApiError({
          code: "origin",
          status: 403,
          message: "This page may not use this server's dictation.",
        }),
      );
    }
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return errorResponse(
        new ApiError({
          code: "websocket-only",
          status: 426,
          message: "Open this address as a WebSocket. See /docs.",
        }),
      );
    }
    const requestId = requestIdOf(request.headers); // gone after the upgrade
    const { socket, response } = Deno.upgradeWebSocket(request);
    this.#deps.metrics.request("GET", "/transcribe/live", 101);
    this.#serve(socket, requestId);
    return response;
  }

  /** Tells every client to come back later; resolves when all have left. */
  async drain(): Promise<void> {
    for (const inbox of this.#open) {
      inbox.fail(
        new ApiError({
          code: "restart",
          status: 503,
          message: "The server restarts. Try again in a moment.",
        }),
      );
    }
    if (this.#open.size > 0) {
      await new Promise<void>((resolve) => this.#idle = resolve);
    }
  }

  #serve(socket: WebSocket, requestId: string): void {
    const inbox = new Inbox();
    this.#open.add(inbox);
    this.#deps.metrics.liveStreams(this.#open.size);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => inbox.push(data);
    socket.onclose = () => inbox.close();
    socket.onerror = () => inbox.close();
    this.#converse(socket, inbox, requestId).finally(() => {
      this.#open.delete(inbox);
      this.#deps.metrics.liveStreams(this.#open.size);
      if (this.#open.size === 0) this.#idle();
    });
  }

  async #converse(
    socket: WebSocket,
    inbox: Inbox,
    requestId: string,
  ): Promise<void> {
    const started = performance.now();
    const gone = new AbortController();
    socket.addEventListener("close", () => gone.abort());
    const send = (frame: LiveFrame) => {
      if (socket.readyState === WebSocket.OPEN) {
        socket.send(JSON.stringify(frame));
      }
    };
    const heard = { samples: 0 };
    let code = "done";
    let operator: string | undefined;
    try {
      await this.#recognise(inbox, send, gone.signal, heard);
      socket.close(1000);
    } catch (error) {
      const shown = error instanceof ApiError ? error : internalError(error);
      code = gone.signal.aborted ? "abandoned" : shown.code;
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
    send: (frame: LiveFrame) => void,
    signal: AbortSignal,
    heard: { samples: number },
  ): Promise<void> {
    const first = await inbox.next(this.#times.hello, helloLate());
    if (first === null) return;
    const { token, language } = readHello(first);
    const caller = await this.#deps.auth.verify(token);
    this.#deps.limits.take(caller);
    this.#assertAlone(caller);
    this.#speaking.add(caller.id);
    try {
      const stream = await this.#deps.recognizer
        .start({ language, signal, onUpdate: send });
      try {
        await this.#listen(inbox, stream, heard);
      } finally {
        await stream.close();
      }
    } finally {
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

  #assertAlone(caller: Caller): void {
    if (caller.kind !== "person" || !this.#speaking.has(caller.id)) return;
    throw new ApiError({
      code: "already-dictating",
      status: 429,
      message: "You are already dictating in another window. Stop there first.",
    });
  }
}

function readHello(frame: Frame): z.infer<typeof Hello> {
  const parsed = Hello.safeParse("json" in frame ? frame.json : null);
  if (parsed.success) return parsed.data;
  throw new ApiError({
    code: "bad-frame",
    status: 400,
    message: 'The first frame must be {"token", "language"?}.',
  });
}

const unknownFrame = () =>
  new ApiError({
    code: "bad-frame",
    status: 400,
    message: 'After the first frame send audio, or {"type": "end"}.',
  });

const helloLate = () =>
  new ApiError({
    code: "token-missing",
    status: 401,
    message: "No token came in time.",
  });

const idleTooLong = () =>
  new ApiError({
    code: "idle",
    status: 503,
    message: "No audio came for a while, so dictation stopped.",
  });

/** 4000–4099: trying again later makes sense; 4400–4499 (4000 + status): it does not. */
function closeCode(error: ApiError): number {
  if (error.code === "recognizer-off") return 4410;
  if (error.code === "restart") return 4000;
  return error.status >= 500 ? 4002 : 4000 + error.status;
}
