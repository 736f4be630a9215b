import { type HistoryPage, LIMITS } from "../protocol.ts";
import type { Issuer } from "../testing.ts";
import type { RoomRecord } from "./records.ts";

/** Milliseconds a page may take. */
const LIMIT = 10_000;

/** Reads a room's whole log over HTTP, as a member would page through it. */
export async function readLog(
  port: number,
  issuer: Issuer,
  room: string,
): Promise<RoomRecord> {
  const log: RoomRecord = { room, epoch: "", offset: 0, messages: [] };
  for (let after = 0;;) {
    const page = await readPage(port, issuer, room, after);
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

async function readPage(
  port: number,
  issuer: Issuer,
  room: string,
  after: number,
): Promise<HistoryPage> {
  const token = await issuer.personToken("checker", { [room]: "member" });
  const query = `after=${after}&limit=${LIMITS.historyLimit}`;
  const answer = await fetch(
    `http://127.0.0.1:${port}/rooms/${room}/messages?${query}`,
    {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(LIMIT),
    },
  );
  if (!answer.ok) throw new Error(`The log answered ${answer.status}.`);
  return await answer.json() as HistoryPage;
}
