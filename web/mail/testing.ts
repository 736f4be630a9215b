import { keys, type WaitingMail } from "./queue-store.ts";

/** Makes every e-mail that waits in the queue due, as time would; `byMs` makes it older, too. */
export async function laterInTheQueue(kv: Deno.Kv, byMs = 0): Promise<void> {
  const waiting = kv.list<WaitingMail>({ prefix: keys.allWaiting() });
  for await (const { key, value } of waiting) {
    const createdAt = value.createdAt - byMs;
    await kv.set(key, { ...value, createdAt, nextAt: 0, claimedUntil: 0 });
  }
}
