import process from "node:process";
import type { Verify } from "./access/tokens.ts";
import {
  type AskWeb,
  type TellWeb,
  webAsker,
  webTeller,
} from "./access/web.ts";
import type { NudgeWeb } from "./alerts/alerts.ts";
import { webNudger } from "./alerts/web.ts";
import type { Config } from "./config.ts";
import { addressOf } from "./access/forwarded.ts";
import { Health } from "./operations/health.ts";
import { createApp } from "./http/app.ts";
import { Lines } from "./http/lines.ts";
import { Hub } from "./rooms/hub.ts";
import type { LogListener, RoomLog } from "./log/log.ts";
import type { Logger } from "./operations/logger.ts";
import { Newcomers } from "./connections/newcomers.ts";
import { PublishQueue } from "./rooms/publish-queue.ts";
import { PeopleLimits } from "./connections/people-limits.ts";
import { CLOSE } from "./protocol.ts";
import { Shedding } from "./connections/shedding.ts";
import {
  Connection,
  type ConnectionContext,
  type SocketData,
} from "./connections/connection.ts";
import { startTimers } from "./operations/upkeep.ts";

/** What a server is made of; tests give their own. */
export interface Parts {
  openLog: (listener: LogListener) => RoomLog | Promise<RoomLog>;
  verify: Verify;
  logger: Logger;
  /** Asks web who is in a room; by itself, at APP_URL. */
  ask?: AskWeb;
  /** Tells web of links; by itself, at the same place. */
  tell?: TellWeb;
  /** Tells web of alerts; by itself, at APP_URL. */
  nudge?: NudgeWeb;
}

/** A running server. */
export interface Realtime {
  port: number;
  hub: Hub;
  /** Refuses new work, finishes what was promised, sends everyone away and stops. */
  drain(): Promise<void>;
}

/** Bytes of a frame past which Bun itself drops the connection: twice what is taken, so that
 * whoever sends a little too much is told. A frame that has not ended takes as much memory. */
const PAYLOAD_LIMIT = 131_072;
/** Bytes of a body past which Bun answers a bare 413: a little more than the list of a room's
 * members, the longest of all. */
const BODY_LIMIT = 600_000;
/** Seconds a request has to arrive, and a connection to be of use again. Bun closes it then,
 * whatever of a header or a body has come. */
const REQUEST_SECONDS = 60;
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
  { openLog, verify, logger, ...parts }: Parts,
): Promise<Realtime> {
  const webUrl = config.webUrl ?? config.appUrl;
  const {
    ask = webAsker(webUrl),
    tell = webTeller(webUrl),
    nudge = webNudger(webUrl),
  } = parts;
  const publishQueue = new PublishQueue();
  const hub = new Hub(publishQueue, logger, ask, tell, nudge);
  hub.log = await openLog(hub);
  await hub.announcer.hello();
  const { messageRate, messageBurst, trustProxy } = config;
  const shedding = new Shedding(publishQueue, config.maxMemory);
  const limits = new PeopleLimits({ messageRate, messageBurst });
  const context = { hub, verify, shedding, limits };
  const newcomers = new Newcomers(config.maxNewcomers);
  const asked = config.webUrl ?? config.appUrl;
  const health = new Health(hub.log, asked, config.retentionDays);
  const accepting = () => !shedding.draining;
  const full = () =>
    hub.connections.size + hub.streams.size >= config.maxConnections ||
    shedding.refusesConnections;
  const local = /^(127\.[\d.]+|::1|localhost)$/.test(config.host);
  const keepOpen = (request: Request) => server.timeout(request, 0);
  const app = createApp({
    ...{ local, hub, verify, health, limits, shedding, lines: new Lines() },
    ...{ accepting, full, keepOpen },
  });
  const server = Bun.serve<SocketData>({
    port: config.port,
    hostname: config.host,
    idleTimeout: REQUEST_SECONDS,
    maxRequestBodySize: BODY_LIMIT,
    fetch(request, server) {
      if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
        return app.fetch(request);
      }
      const refused = refuseUpgrade(request, config, accepting(), full());
      if (refused) return refused;
      const peer = server.requestIP(request)?.address ?? "unknown";
      const ip = addressOf(request, peer, { trustProxy, verify });
      return typeof ip === "string"
        ? upgrade(request, ip)
        : ip.then((address) => upgrade(request, address));
    },
    websocket: sockets(context),
  });
  function upgrade(request: Request, ip: string): Response | undefined {
    const newcomer = newcomers.admit(ip);
    if (!newcomer) {
      return refusal(503, "overloaded", "Too many connect at once; wait.");
    }
    const data = { newcomer } as SocketData;
    if (server.upgrade(request, { data })) return undefined;
    newcomer.settle();
    const message = "This address takes WebSocket connections.";
    return refusal(400, "websocket-only", message);
  }
  publishQueue.publish = (topic, text) => void server.publish(topic, text);
  const timers = startTimers(hub, config, logger);
  timers.push(
    setInterval(() => shedding.observe(process.memoryUsage.rss()), 1_000),
    setInterval(() => limits.forget(), 60_000),
  );
  async function drain(): Promise<void> {
    shedding.draining = true;
    hub.alerts.close();
    timers.forEach(clearInterval);
    const stopped = server.stop();
    await Promise.race([hub.log.idle(), Bun.sleep(DRAIN_LIMIT)]);
    // Acknowledgements leave with the end of the turn they were published in.
    while (publishQueue.waiting > 0) await Bun.sleep(1);
    for (const stream of [...hub.streams]) stream.end();
    const leaving = [...hub.connections];
    while (leaving.length > 0) {
      for (const connection of leaving.splice(0, GOODBYES)) {
        connection.close(CLOSE.restart, "restarting");
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
  Response.json({ error: { code, message } }, {
    status,
    headers: { "x-content-type-options": "nosniff" },
  });

function sockets(context: ConnectionContext): Bun.WebSocketHandler<SocketData> {
  return {
    maxPayloadLength: PAYLOAD_LIMIT,
    backpressureLimit: BACKPRESSURE_LIMIT,
    closeOnBackpressureLimit: true,
    perMessageDeflate: false,
    // Bun pings after about half of it, and closes when nothing comes back.
    idleTimeout: 36,
    sendPings: true,
    open(socket) {
      socket.data.connection = new Connection(context, socket);
    },
    message(socket, data) {
      socket.data.connection.receive(data);
    },
    close(socket, code) {
      context.hub.metrics.closed(code);
      socket.data.connection.ended();
    },
  };
}
