import type { Config } from "../config.ts";
import type { Hub } from "../rooms/hub.ts";
import type { Logger } from "./logger.ts";
import { trimOld } from "./retention.ts";
import { CLOSE } from "../protocol.ts";
import type { OpenSocket } from "../rooms/readers.ts";

/** Bytes, and seconds, after which a slow reader is told to go. */
const SLOW_BYTES = 524_288;
const SLOW_SECONDS = 10;
const POSITION_CHECK = 40_000;
const PRESENCE_REFRESH = 10_000;
const TRIM_EVERY = 3_600_000;

/** For how many seconds a reader has been slow. */
export type SlowReaders = Map<OpenSocket, number>;

/** Starts what is done again and again while the service runs. */
export function startTimers(hub: Hub, config: Config, logger: Logger): Timer[] {
  const slow: SlowReaders = new Map();
  // Where no process runs for an hour, that is the only time.
  void trimOld(hub, config, logger);
  return [
    setInterval(() => sweep(hub, slow), 1_000),
    setInterval(collector(hub), 5_000),
    setInterval(() => void hub.checkPositions(), POSITION_CHECK),
    setInterval(() => hub.refreshPresence(), PRESENCE_REFRESH),
    setInterval(() => {
      hub.signOuts.forget();
      hub.members.forgetAsked();
      void hub.checkReaders();
    }, 60_000),
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
    const { size } = hub.connections;
    const settled = Math.abs(size - before) < 50;
    before = size;
    if (!settled || Math.abs(size - collected) < 500) return;
    collected = size;
    Bun.gc(true);
  };
}

/** Ends what has run out: time to identify, tokens, patience with slow readers. */
export function sweep(hub: Hub, slow: SlowReaders): void {
  const now = Date.now();
  for (const stream of [...hub.streams]) stream.check();
  for (const connection of [...hub.connections]) {
    if (connection.deadline <= now) {
      const [code, reason] = connection.person
        ? [CLOSE.token, "token expired"] as const
        : [CLOSE.identifyTimeout, "not identified in time"] as const;
      connection.close(code, reason);
    }
    if (connection.socket.getBufferedAmount() > SLOW_BYTES) {
      slow.set(connection, (slow.get(connection) ?? 0) + 1);
    } else slow.delete(connection);
  }
  for (const [connection, seconds] of slow) {
    if (seconds >= SLOW_SECONDS) connection.close(CLOSE.tooSlow, "too slow");
    if (connection.closed) slow.delete(connection);
  }
}
