import { LIMITS } from "../protocol.ts";
import type {
  Change,
  ClientRecord,
  RoomRecord,
  RunRecord,
  Shown,
} from "./records.ts";

/** One broken promise. */
export interface Violation {
  kind: "lost" | "duplicated" | "reordered";
  room: string;
  /** What exactly, with ids and offsets. */
  what: string;
}

/** What the checker found. */
export interface Verdict {
  /** Messages acknowledged, each counted once. */
  acknowledged: number;
  /** Messages sent and never acknowledged. */
  unacknowledged: number;
  violations: Violation[];
}

type Report = (kind: Violation["kind"], what: string) => void;
type Index = Map<string, Shown>;

/**
 * Holds the records of a run against the promises. Every message is meant that a room's
 * members sent with the same `clientId` one or more times.
 *
 * - A log has the offsets 1, 2, 3… and no message twice. (Runs write messages alone.)
 * - An acknowledged message is in the log, once, with its content, at its offset.
 * - One that was not is in the log at most once, or still told to be pending or failed.
 * - What a client shows follows the log, without a hole, and reaches its end in the last view.
 * - What a person wrote is in the log in the order they wrote it in.
 * - A room keeps its epoch.
 */
export function check({ clients, rooms }: RunRecord): Verdict {
  const violations: Violation[] = [];
  let acknowledged = 0, unacknowledged = 0;
  for (const log of rooms) {
    const report: Report = (kind, what) =>
      violations.push({ kind, room: log.room, what });
    const index = checkLog(log, report);
    for (const client of clients) {
      if (client.room !== log.room) continue;
      const acked = checkAcks(client, index, report);
      checkRest(client, index, acked, report);
      checkOrder(client, index, report);
      acknowledged += acked.size;
      unacknowledged += client.sent.size - acked.size;
      const { views } = client;
      views.forEach((view, i) => {
        const said = `${client.client}, view ${i + 1}`;
        const last = i === views.length - 1;
        checkView(
          view,
          log,
          last,
          (kind, what) => report(kind, `${said}: ${what}`),
        );
      });
    }
  }
  return { acknowledged, unacknowledged, violations };
}

const key = (sender: string, clientId: string) => `${sender} ${clientId}`;

function checkLog(log: RoomRecord, report: Report): Index {
  const index: Index = new Map();
  let next = 1;
  for (const message of log.messages) {
    const { offset, sender, clientId } = message;
    if (index.has(key(sender, clientId))) {
      report("duplicated", `${clientId} is in the log again at ${offset}`);
    } else index.set(key(sender, clientId), message);
    if (offset > next) {
      report("lost", `the log misses ${next} to ${offset - 1}`);
    }
    if (offset < next) {
      report("reordered", `the log has ${offset} after ${next - 1}`);
    }
    next = Math.max(next, offset + 1);
  }
  if (log.offset >= next) {
    report("lost", `the log ends at ${next - 1}, the room at ${log.offset}`);
  }
  return index;
}

function checkAcks(
  { client, sent, acks }: ClientRecord,
  index: Index,
  report: Report,
): Set<string> {
  const acked = new Map<string, number>();
  for (const { clientId, offset } of acks) {
    const first = acked.get(clientId);
    if (first === undefined) acked.set(clientId, offset);
    else if (first !== offset) {
      report(
        "duplicated",
        `${clientId} was acknowledged at ${first} and ${offset}`,
      );
    }
  }
  for (const [clientId, offset] of acked) {
    const stored = index.get(key(client, clientId));
    if (!stored) {
      report(
        "lost",
        `${clientId}, acknowledged at ${offset}, is not in the log`,
      );
    } else if (stored.content !== sent.get(clientId)) {
      report("lost", `the text of ${clientId} is not what was sent`);
    } else if (stored.offset !== offset) {
      report(
        "reordered",
        `${clientId}, acknowledged at ${offset}, is at ${stored.offset}`,
      );
    }
  }
  return new Set(acked.keys());
}

/** What one person wrote is stored in the order they wrote it in. */
function checkOrder(
  { client, sent }: ClientRecord,
  index: Index,
  report: Report,
): void {
  let last: Shown | undefined;
  for (const clientId of sent.keys()) {
    const stored = index.get(key(client, clientId));
    if (!stored) continue;
    if (last && stored.offset < last.offset) {
      report(
        "reordered",
        `${clientId} of ${client} is at ${stored.offset}, but was written ` +
          `after ${last.clientId} at ${last.offset}`,
      );
    }
    last = stored;
  }
}

/** A message that was not acknowledged may be stored or not, but not forgotten silently. */
function checkRest(
  { client, sent, unsent }: ClientRecord,
  index: Index,
  acked: Set<string>,
  report: Report,
): void {
  for (const clientId of sent.keys()) {
    if (acked.has(clientId) || unsent.has(clientId)) continue;
    if (!index.has(key(client, clientId))) {
      report("lost", `${clientId} of ${client} was dropped without a word`);
    }
  }
}

function checkView(
  view: Change[],
  log: RoomRecord,
  last: boolean,
  report: Report,
): void {
  const stored = new Map(log.messages.map((it) => [it.offset, it]));
  let reached = 0;
  let shown = new Set<string>();
  const show = (message: Shown) => {
    const { offset, sender, clientId, content } = message;
    if (shown.has(key(sender, clientId))) {
      report("duplicated", `shows ${clientId} twice`);
    } else if (offset <= reached) {
      report("reordered", `shows ${offset} after ${reached}`);
    } else if (offset > reached + 1) {
      report("lost", `shows ${offset} after ${reached}`);
    }
    const truth = stored.get(offset);
    const what = `shows ${clientId} at ${offset}`;
    if (!truth) report("lost", `${what}: not in the log`);
    else if (truth.clientId !== clientId) {
      report("reordered", `${what}: the log has ${truth.clientId}`);
    } else if (truth.content !== content) {
      report("lost", `${what} with another text`);
    }
    shown.add(key(sender, clientId));
    reached = Math.max(reached, offset);
  };
  for (const [i, change] of view.entries()) {
    if (change.kind === "entry") {
      show(change.message);
      continue;
    }
    const { epoch, offset, messages } = change;
    if (epoch !== log.epoch) {
      report("lost", `shows epoch ${epoch}, the log has ${log.epoch}`);
    }
    const start = messages[0]?.offset ?? offset + 1;
    // A gap too long to replay is skipped; the person scrolls up to see it.
    if (
      i > 0 && start > reached + 1 && offset - reached <= LIMITS.recoveryEntries
    ) {
      report("lost", `a window skips ${reached + 1} to ${start - 1}`);
    }
    if (offset < reached) {
      report("lost", `a window goes back from ${reached} to ${offset}`);
    }
    shown = new Set();
    reached = start - 1;
    messages.forEach(show);
    if (reached < offset) {
      report("lost", `a window to ${offset} ends at ${reached}`);
    }
  }
  if (last && reached < log.offset) {
    report("lost", `ends at ${reached}, the log at ${log.offset}`);
  }
}

/** The closing line; the only one that scripts read. */
export function closingLine(injected: number, verdicts: Verdict[]): string {
  const all = verdicts.flatMap(({ violations }) => violations);
  const count = (kind: Violation["kind"]) =>
    all.filter((violation) => violation.kind === kind).length;
  const acknowledged = verdicts.reduce((sum, v) => sum + v.acknowledged, 0);
  return `faults: ${injected} injected, ${acknowledged} acknowledged, ` +
    `${count("lost")} lost, ${count("duplicated")} duplicated, ` +
    `${count("reordered")} reordered`;
}
