import { LIMITS } from "../protocol.ts";
import type { HistoryPage } from "../protocol-http.ts";
import type { Issuer } from "../tests/testing.ts";
import type { RoomRecord } from "./records.ts";

/** Milliseconds a page may take. */
const LIMIT = 10_000;
/** Milliseconds a reader waits that was told to read more slowly, and how often. */
const WAIT = 250;
const TRIES = 40;

/** Reads a room's whole log over HTTP, as a member would page through it. */
export async function readLog(
  port: number,
  issuer: Issuer,
  room: string,
): Promise<RoomRecord> {
  const log: RoomRecord = { room, epoch: "", offset: 0, messages: [] };
  const token = await tokenFor(room, issuer);
  for (let after = 0;;) {
    const query = `after=${after}&limit=${LIMITS.historyLimit}`;
    const page = await readPage(port, token, room, query);
    log.epoch = page.epoch;
    log.offset = page.offset;
    for (const { offset, sender, clientId, content } of page.messages) {
      log.messages.push({ offset, sender: sender.id, clientId, content });
    }
    const last = page.messages.at(-1);
    if (!last) return log;
    after = last.offset;
  }
}

/** The newest offset of a room's log. */
export async function newestOffset(
  port: number,
  issuer: Issuer,
  room: string,
): Promise<number> {
  const token = await tokenFor(room, issuer);
  return (await readPage(port, token, room, "limit=1")).offset;
}

/** A member of each room of their own, as each person may only ask so often. */
const tokenFor = (room: string, issuer: Issuer) =>
  issuer.personToken(`reader of ${room}`, { [room]: "member" });

async function readPage(
  port: number,
  token: string,
  room: string,
  query: string,
): Promise<HistoryPage> {
  const url = `http://127.0.0.1:${port}/rooms/${room}/messages?${query}`;
  const headers = { authorization: `Bearer ${token}` };
  for (let i = 0;; i += 1) {
    const signal = AbortSignal.timeout(LIMIT);
    const answer = await fetch(url, { headers, signal });
    if (answer.ok) return await answer.json() as HistoryPage;
    if (answer.status !== 429 || i === TRIES) {
      throw new Error(`The log answered ${answer.status}.`);
    }
    await Bun.sleep(WAIT);
  }
}
