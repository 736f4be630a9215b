import process from "node:process";
import type { Verify } from "./auth.ts";
import type { Config } from "./config.ts";
import { Health } from "./health.ts";
import { handleHttp } from "./http.ts";
import { HttpLimits } from "./http-limits.ts";
import { Hub } from "./hub.ts";
import type { LogListener, RoomLog } from "./log/log.ts";
import type { Logger } from "./logger.ts";
import { Outbox } from "./outbox.ts";
import { CLOSE } from "./protocol.ts";
import { Shedding } from "./shedding.ts";
import { Session, type SessionContext, type SocketData } from "./session.ts";
import { startTimers } from "./upkeep.ts";

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

/** Bytes of a frame past which Bun itself drops the connection, and of a body past which it
 * answers a bare 413: far beyond what is taken, so that whoever sends too much is told. */
const PAYLOAD_LIMIT = 1_114_112;
/** Bytes not yet taken by a reader past which its connection is dropped. */
const BACKPRESSURE_LIMIT = 1_048_576;
/** Sockets closed at once when the instance goes, and milliseconds before the next: what
 * returns all at the same moment is the next instance's trouble. */
const GOODBYES = 500;
const GOODBYE_PAUSE = 50;
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
  const limits = new HttpLimits({ messageRate, messageBurst });
  const health = new Health(hub.log, config.appUrl);
  const accepting = () => !shedding.draining;
  const full = () =>
    hub.sessions.size + hub.streams.size >= config.maxConnections ||
    shedding.refusesConnections;
  const local = /^(127\.[\d.]+|::1|localhost)$/.test(config.host);
  const http = {
    local,
    hub,
    verify,
    health,
    limits,
    shedding,
    accepting,
    full,
  };
  const server = Bun.serve<SocketData>({
    port: config.port,
    hostname: config.host,
    idleTimeout: 0,
    maxRequestBodySize: PAYLOAD_LIMIT,
    fetch(request, server) {
      if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
        return handleHttp(http, request);
      }
      const refusal = refuseUpgrade(request, config, accepting(), full());
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
    setInterval(() => limits.clear(), 60_000),
  );
  async function drain(): Promise<void> {
    shedding.draining = true;
    timers.forEach(clearInterval);
    const stopped = server.stop();
    await Promise.race([hub.log.idle(), Bun.sleep(DRAIN_LIMIT)]);
    // Acknowledgements leave with the end of the turn they were published in.
    while (outbox.waiting > 0) await Bun.sleep(1);
    for (const stream of [...hub.streams]) stream.end();
    const leaving = [...hub.sessions];
    while (leaving.length > 0) {
      for (const session of leaving.splice(0, GOODBYES)) {
        session.close(CLOSE.restart, "restarting");
      }
      if (leaving.length > 0) await Bun.sleep(GOODBYE_PAUSE);
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
    close(socket, code) {
      context.hub.metrics.closed(code);
      socket.data.session.ended();
    },
  };
}
