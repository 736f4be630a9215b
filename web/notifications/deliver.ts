/** Tells people what is due, device by device. Killed at any point, it goes on from where it was. */
import type { Message } from "../../realtime/protocol.ts";
import { sha256 } from "../accounts/secrets.ts";
import { finishFirst } from "../shutdown.ts";
import { closeReadSoon } from "./closing.ts";
import { devicesOf, loseDevice } from "./devices.ts";
import { mailUnread } from "./digest.ts";
import { undisturbedUntil } from "./quiet.ts";
import { settingsOf } from "./settings.ts";
import { LONGEST_SEND_MS, type Outcome } from "./push/send.ts";
import { together } from "./together.ts";
import { CLAIM_MS, type Device, keys, type Notice } from "./store.ts";
import {
  type DeliverServices,
  type Held,
  keep,
  NoticeLost,
  payload,
  toTell,
} from "./telling.ts";

/** Notices of one round, and how many are worked on at a time. */
const ROUND = 200;
const SIDE_BY_SIDE = 32;
/** Milliseconds after which a notice gives its place to the next, and goes on beside them. */
const SLOW_MS = 500;
/** How many do so, at most: then the round waits for one of them. */
const BESIDE = 300;
/** Tries of a push, and milliseconds after the first; twice as long after each more. */
const TRIES = 6;
const AGAIN_MS = 5_000;
const LONGEST_MS = 60 * 60 * 1000;

/** Ids of devices whose push service did not take something in this round. */
type Away = Set<string>;

async function hold(kv: Deno.Kv, due: Deno.KvKey): Promise<Held | null> {
  const [, at, accountId, id] = due as [string, number, string, string];
  const entry = await kv.get<Notice>(keys.notice(accountId, id));
  if (entry.value === null || entry.value.dueAt !== at) {
    await kv.delete(due);
    return null;
  }
  const held = { accountId, id, notice: entry.value, ...entry };
  try {
    await keep(kv, held, { dueAt: Date.now() + CLAIM_MS });
    return held;
  } catch (error) {
    if (error instanceof NoticeLost) return null;
    throw error;
  }
}

async function push(
  s: DeliverServices,
  held: Held,
  told: Message,
  wordless: boolean,
  away: Away,
): Promise<void> {
  const { accountId, id } = held;
  const text = await payload(s, held, told, wordless);
  const topic = (await sha256(id)).slice(0, 32);
  const own = Math.min(AGAIN_MS * 2 ** held.notice.tries, LONGEST_MS);
  let wait: number | undefined;
  let noted = Promise.resolve();
  const sendTo = async (device: Device & { id: string }) => {
    // Whoever hangs would hold up everybody's, once for each message.
    const outcome: Outcome = away.has(device.id)
      ? { kind: "later" }
      : await s.push.send(device, text, topic);
    if (outcome.kind === "sent") {
      noted = noted.then(() =>
        keep(s.kv, held, { sent: [...held.notice.sent, device.id] })
      );
      await noted;
    } else if (outcome.kind === "gone") {
      await loseDevice(s, accountId, device.id);
    } else if (outcome.kind === "later") {
      away.add(device.id);
      const asked = Math.min(outcome.waitMs ?? 0, LONGEST_MS);
      wait = Math.max(wait ?? 0, own, asked);
    }
  };
  const before = held.notice.sent;
  // Whatever took that long, it is another process's in a moment.
  if (Date.now() + LONGEST_SEND_MS > held.notice.dueAt) throw new NoticeLost();
  const devices = (await devicesOf(s, accountId))
    .filter(({ id }) => !before.includes(id));
  await Promise.all(devices.map(sendTo));
  const { tries, sent, at, why, roomId, offset } = held.notice;
  if (wait !== undefined && tries + 1 < TRIES) {
    const dueAt = Date.now() + wait;
    await keep(s.kv, held, { dueAt, tries: tries + 1 });
  } else if (sent.length > 0 || why === "all") {
    // Who was shown it, or asked for all of a room, gets no e-mail.
    await keep(s.kv, held, { step: "done" });
  } else {
    const dueAt = Math.max(Date.now(), at + s.config.unreadMailMs);
    await keep(s.kv, held, { step: "mail", tries: 0, dueAt });
  }
  // It may have been read while it was on its way, when there was nothing to take back yet.
  if (sent.length === before.length) return;
  const { [accountId]: read = 0 } = await s.realtime.positions(roomId, [
    accountId,
  ]);
  if (read >= offset) closeReadSoon(s, [[roomId, accountId]]);
}

async function tell(
  s: DeliverServices,
  held: Held,
  away: Away,
): Promise<void> {
  const told = await toTell(s, held);
  if (told === null) return await keep(s.kv, held, { step: "done" });
  const settings = await settingsOf(s, held.accountId);
  const now = Date.now();
  const from = undisturbedUntil(settings, now);
  if (from > now) return await keep(s.kv, held, { dueAt: from });
  if (held.notice.step === "push") {
    return await push(s, held, told, settings.wordless === true, away);
  }
  await mailUnread(s, held, settings);
}

/** What is still being told, of rounds that have ended too. */
const beside = new Set<Promise<void>>();

/** Waits for a notice, but not for one that takes long: a push service may hang. */
async function inPassing(notice: Promise<void>): Promise<void> {
  const told = notice.then(() => void beside.delete(told));
  beside.add(told);
  finishFirst(told);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const slow = new Promise<void>((go) => timer = setTimeout(go, SLOW_MS));
  await Promise.race([told, slow]);
  clearTimeout(timer);
  while (beside.size >= BESIDE) await Promise.race(beside);
}

/**
 * Tells all that is due. Each notice is one process's at a time; where that ends, another goes on
 * after half a minute. A device may get a push twice only if the process ended between the push service's
 * answer and our note of it: the second one has the same tag, and replaces the first.
 *
 * @returns when the next is due; null: none is.
 */
export async function deliverNotices(
  s: DeliverServices,
  failed: (error: unknown) => void,
): Promise<number | null> {
  const now = Date.now();
  const end = [...keys.allDue(), now + 1];
  const due = await Array.fromAsync(
    s.kv.list({ start: [...keys.allDue(), 0], end }, { limit: ROUND }),
  );
  const away: Away = new Set();
  const round = { ...s, realtime: together(s.realtime) };
  const tellOne = async (key: Deno.KvKey) => {
    try {
      const held = await hold(s.kv, key);
      if (held) await tell(round, held, away);
    } catch (error) {
      if (!(error instanceof NoticeLost)) failed(error);
    }
  };
  const work = async () => {
    for (let next = due.shift(); next; next = due.shift()) {
      await inPassing(tellOne(next.key));
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  for await (
    const { key } of s.kv.list({ prefix: keys.allDue() }, { limit: 1 })
  ) return Number(key[1]);
  return null;
}
