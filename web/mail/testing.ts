import { assert } from "@std/assert";
import type { Mail } from "./mailer.ts";
import { keys, queueMail, type WaitingMail } from "./queue-store.ts";

const DAY_MS = 86_400_000;

/** Makes every e-mail that waits in the queue due, as time would; `byMs` makes it older, too. */
export async function laterInTheQueue(kv: Deno.Kv, byMs = 0): Promise<void> {
  const waiting = kv.list<WaitingMail>({ prefix: keys.allWaiting() });
  for await (const { key, value } of waiting) {
    const createdAt = value.createdAt - byMs;
    await kv.set(key, { ...value, createdAt, nextAt: 0, claimedUntil: 0 });
  }
}

/** A queue of its own, and a mailer that fails with what `broken` gives. */
export function onQueue(
  test: (stage: {
    s: {
      kv: Deno.Kv;
      mailer: { send(mail: Mail): Promise<void> };
    };
    mails: Mail[];
    tried: Mail[];
    broken: { with?: (mail: Mail) => Error | undefined };
    queue(id: string, forMs?: number): Promise<void>;
    waiting(id: string): Promise<WaitingMail>;
  }) => Promise<void>,
) {
  return async () => {
    using kv = await Deno.openKv(":memory:");
    const [mails, tried]: Mail[][] = [[], []];
    const broken: { with?: (mail: Mail) => Error | undefined } = {};
    const mailer = {
      async send(mail: Mail) {
        tried.push(mail);
        await Promise.resolve();
        const error = broken.with?.(mail);
        if (error) throw error;
        mails.push(mail);
      },
    };
    await test({
      s: { kv, mailer },
      mails,
      tried,
      broken,
      async queue(id, forMs = DAY_MS * 7) {
        const occasion = {
          kind: "password-changed",
          name: "Ada",
          email: `${id}@example.com`,
        } as const;
        const until = Date.now() + forMs;
        await queueMail(kv.atomic(), id, occasion, until).commit();
      },
      async waiting(id) {
        const { value } = await kv.get<WaitingMail>(keys.waiting(id));
        assert(value !== null, `${id} is not in the queue`);
        return value;
      },
    });
  };
}
