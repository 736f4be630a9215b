import process from "node:process";
import type { Verify } from "./auth.ts";
import type { Config } from "./config.ts";
import { handleHttp } from "./http.ts";
import { Hub } from "./hub.ts";
import type { LogListener, RoomLog } from "./log/log.ts";
import { errorFields, type Logger } from "./logger.ts";
import { Outbox } from "./outbox.ts";
import { CLOSE } from "./protocol.ts";
import { Shedding } from "./shedding.ts";
import { Session, type SessionContext, type SocketData } from "./session.ts";

/** What a server is made of; tests give their own. */
export interface Parts {
  openLog: (listener: LogListener) => RoomLog | Promise<RoomLog>;
  verify: Verify;
  logger: Logger;
}

/** A running server. */
export interface Realtime {
  port: number;
  hub: Hub;
  /** Refuses new work, finishes what was promised, sends everyone away and stops. */
  drain(): Promise<void>;
}

/** Bytes of a frame past which Bun itself drops the connection. */
const PAYLOAD_LIMIT = 1_114_112;
/** Bytes not yet taken by a reader past which its connection is dropped. */
const BACKPRESSURE_LIMIT = 1_048_576;
/** Bytes, and seconds, after which a slow reader is told to go. */
const SLOW_BYTES = 524_288;
const SLOW_SECONDS = 10;
const POSITION_CHECK = 40_000;
const PRESENCE_REFRESH = 10_000;
const TRIM_EVERY = 3_600_000;
const DAY = 86_400_000;
const DRAIN_LIMIT = 8_000;

/** Starts the service on the port of the configuration (0: any free one). */
export async function startServer(
  config: Config,
  { openLog, verify, logger }: Parts,
): Promise<Realtime> {
  const outbox = new Outbox();
  const hub = new Hub(outbox, logger);
  hub.log = await openLog(hub);
  const { messageRate, messageBurst } = config;
  const shedding = new Shedding(outbox, config.maxMemory);
  const context = { hub, verify, shedding, messageRate, messageBurst };
  let accepting = true;
  const http = { hub, verify, accepting: () => accepting };
  const server = Bun.serve<SocketData>({
    port: config.port,
    idleTimeout: 0,
    maxRequestBodySize: 262_144,
    fetch(request, server) {
      if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
        return handleHttp(http, request);
      }
      const full = hub.sessions.size >= config.maxConnections ||
        shedding.refusesConnections;
      const refusal = refuseUpgrade(request, config, accepting, full);
      if (refusal) return refusal;
      const data = {} as SocketData;
      return server.upgrade(request, { data }) ? undefined : new Response(
        "This address takes WebSocket connections.",
        { status: 400 },
      );
    },
    websocket: sockets(context),
  });
  outbox.publish = (topic, text) => void server.publish(topic, text);
  const timers = startTimers(hub, config, logger);
  timers.push(
    setInterval(() => shedding.observe(process.memoryUsage.rss()), 1_000),
  );
  async function drain(): Promise<void> {
    accepting = false;
    timers.forEach(clearInterval);
    const stopped = server.stop();
    await Promise.race([hub.log.idle(), Bun.sleep(DRAIN_LIMIT)]);
    // Acknowledgements leave with the end of the turn they were published in.
    while (outbox.waiting > 0) await Bun.sleep(1);
    for (const stream of [...hub.streams]) stream.end();
    for (const session of [...hub.sessions]) {
      session.close(CLOSE.restart, "restarting");
    }
    await Promise.race([stopped, Bun.sleep(1_000)]);
    await server.stop(true);
    await hub.log.close();
  }
  return { port: server.port ?? config.port, hub, drain };
}

function refuseUpgrade(
  request: Request,
  config: Config,
  accepting: boolean,
  full: boolean,
): Response | undefined {
  const origin = request.headers.get("origin");
  // Programs send no Origin; a browser always does (RFC 6455 §4.1).
  if (origin !== null && origin !== config.appUrl) {
    return refusal(403, "origin", "This page may not connect here.");
  }
  if (!accepting) return refusal(503, "draining", "Try another moment.");
  if (full) return refusal(503, "overloaded", "The server is full; try again.");
}

const refusal = (status: number, code: string, message: string) =>
  Response.json({ error: { code, message } }, { status });

function sockets(context: SessionContext): Bun.WebSocketHandler<SocketData> {
  return {
    maxPayloadLength: PAYLOAD_LIMIT,
    backpressureLimit: BACKPRESSURE_LIMIT,
    closeOnBackpressureLimit: true,
    perMessageDeflate: false,
    // Bun pings after about half of it, and closes when nothing comes back.
    idleTimeout: 36,
    sendPings: true,
    open(socket) {
      socket.data.session = new Session(context, socket);
    },
    message(socket, data) {
      socket.data.session.receive(data);
    },
    close(socket) {
      socket.data.session.ended();
    },
  };
}

function startTimers(hub: Hub, config: Config, logger: Logger): Timer[] {
  const slow = new Map<Session, number>();
  return [
    setInterval(() => sweep(hub, slow), 1_000),
    setInterval(collector(hub), 5_000),
    setInterval(() => void hub.checkPositions(), POSITION_CHECK),
    setInterval(() => hub.refreshPresence(), PRESENCE_REFRESH),
    setInterval(() => hub.removals.forget(), 60_000),
    setInterval(() => void trimOld(hub, config, logger), TRIM_EVERY),
  ];
}

/**
 * Collects garbage once many have come or gone: verifying a token leaves more behind than
 * the connection keeps, and a quiet process would hold on to it.
 */
function collector(hub: Hub): () => void {
  let collected = 0, before = 0;
  return () => {
    const { size } = hub.sessions;
    const settled = Math.abs(size - before) < 50;
    before = size;
    if (!settled || Math.abs(size - collected) < 500) return;
    collected = size;
    Bun.gc(true);
  };
}

/** Removes what is older than the configuration keeps. */
async function trimOld(hub: Hub, config: Config, logger: Logger) {
  if (config.retentionDays === undefined) return;
  try {
    const before = Date.now() - config.retentionDays * DAY;
    logger("info", "trimmed", { entries: await hub.log.trim(before) });
  } catch (error) {
    logger("warn", "trim-failed", errorFields(error));
  }
}

/** Ends what has run out: time to identify, tokens, patience with slow readers. */
function sweep(hub: Hub, slow: Map<Session, number>): void {
  const now = Date.now();
  for (const stream of [...hub.streams]) stream.check();
  for (const session of [...hub.sessions]) {
    if (session.deadline <= now) {
      const [code, reason] = session.person
        ? [CLOSE.token, "token expired"] as const
        : [CLOSE.identifyTimeout, "not identified in time"] as const;
      session.close(code, reason);
    }
    if (session.socket.getBufferedAmount() > SLOW_BYTES) {
      slow.set(session, (slow.get(session) ?? 0) + 1);
    } else slow.delete(session);
  }
  for (const [session, seconds] of slow) {
    if (seconds >= SLOW_SECONDS) session.close(CLOSE.tooSlow, "too slow");
    if (session.closed) slow.delete(session);
  }
}
