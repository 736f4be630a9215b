/**
 * A download is an address a browser opens by itself, and the form before it asks for the password:
 * so the form gives a ticket, which is good for ten minutes, in that account's sessions.
 *
 * KV keeps `["data_tickets", SHA-256 of the ticket]` → account id, for those ten minutes.
 */
import { noteEvent } from "../../audit/events.ts";
import { AppError } from "../../errors.ts";
import { limit, takeAttempt } from "../attempts.ts";
import { isToken, randomToken, sha256 } from "../secrets.ts";
import type { Store } from "../store.ts";

const TICKET_MS = 10 * 60 * 1000;

const key = async (ticket: string): Promise<Deno.KvKey> => [
  "data_tickets",
  await sha256(ticket),
];

/** Each download reads all that was ever said here. */
const downloads = (accountId: string) => limit("my-data", accountId);

export async function newTicket(s: Store, accountId: string): Promise<string> {
  const ticket = randomToken();
  const kept = { accountId, until: Date.now() + TICKET_MS };
  await s.kv.set(await key(ticket), kept, { expireIn: TICKET_MS });
  return ticket;
}

/**
 * Lets an account's download begin.
 *
 * @throws {AppError} `ticket-over` (410) for a ticket that expired or is another account's;
 * `too-many-attempts` (429).
 */
export async function useTicket(
  s: Store,
  accountId: string,
  ticket: string,
): Promise<void> {
  const { value } = isToken(ticket)
    ? await s.kv.get<{ accountId: string; until: number }>(await key(ticket))
    : { value: null };
  if (value?.accountId !== accountId || value.until <= Date.now()) {
    throw new AppError({
      code: "ticket-over",
      status: 410,
      message:
        "This download link has expired. Ask for another on your account page.",
    });
  }
  await takeAttempt(s, downloads(accountId));
  await noteEvent(s.kv.atomic(), "data-downloaded", accountId).commit();
}
