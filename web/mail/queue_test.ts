import { assert, assertEquals } from "@std/assert";
import { GIVE_UP_MS, isLast, MOST_TRIES, waitAfter } from "./backoff.ts";
import { claim, CLAIM_MS, finish } from "./claim.ts";
import { deliverDue, deliverSoon } from "./deliver.ts";
import { MailError } from "./mail-error.ts";
import type { Mail } from "./mailer.ts";
import { startPostman } from "./postman.ts";
import {
  deliveryOf,
  dropMail,
  keys,
  queueMail,
  type WaitingMail,
} from "./queue-store.ts";
import { laterInTheQueue } from "./testing.ts";

const DAY_MS = 86_400_000;
const down = () => MailError.failed("down", new Error("no route"));
const delayed = () => MailError.failed("delayed", new Error("451 later"));
const refused = () => MailError.refused(new Error("550 unknown"));

/** A queue of its own, and a mailer that fails with what `broken` gives. */
function onQueue(
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

Deno.test("waits grow from a minute to 8 hours, and the last try is after some 22", () => {
  const waits = Array.from(
    { length: MOST_TRIES - 1 },
    (_, n) => waitAfter(n + 1, 0.5),
  );
  const minutes = waits.map((ms) => ms / 60_000);
  assertEquals(minutes, [1, 4, 16, 64, 256, 480, 480]);
  const hours = minutes.reduce((a, b) => a + b) / 60;
  assert(hours > 20 && hours < 24);
  assertEquals(waitAfter(1, 0), 48_000);
  assertEquals(waitAfter(1, 1), 72_000);
  for (let n = 0; n < 100; n++) {
    const ms = waitAfter(2);
    assert(ms >= 192_000 && ms <= 288_000);
  }
});

Deno.test("the last try is the eighth, or the first after a day", () => {
  assertEquals(isLast(MOST_TRIES - 1, GIVE_UP_MS - 1), false);
  assertEquals(isLast(MOST_TRIES, 0), true);
  assertEquals(isLast(1, GIVE_UP_MS), true);
});

Deno.test(
  "what was queued is sent, and nothing of it stays",
  onQueue(async ({ s, mails, queue }) => {
    await queue("ada");
    assertEquals(await deliveryOf(s.kv, "ada"), "waiting");
    await deliverSoon(s, ["ada"]);
    assertEquals(mails.map(({ to }) => to), ["ada@example.com"]);
    assertEquals(await deliveryOf(s.kv, "ada"), "sent");
    assertEquals(await Array.fromAsync(s.kv.list({ prefix: [] })), []);
  }),
);

Deno.test(
  "of many that try at once, one sends",
  onQueue(async ({ s, mails, tried, queue }) => {
    const ids = Array.from({ length: 10 }, (_, n) => `m${n}`);
    for (const id of ids) await queue(id);
    await Promise.all([
      ...Array.from({ length: 6 }, () => deliverDue(s)),
      ...ids.map((id) => deliverSoon(s, [id])),
    ]);
    assertEquals(tried.length, 10);
    assertEquals(new Set(mails.map(({ to }) => to)).size, 10);
  }),
);

Deno.test(
  "an e-mail that could not be sent waits its time, then goes out under the same id",
  onQueue(async ({ s, mails, tried, broken, queue, waiting }) => {
    await queue("ada");
    broken.with = delayed;
    await deliverSoon(s, ["ada"]);
    const { nextAt, tries } = await waiting("ada");
    assert(nextAt > Date.now() + 40_000);
    assertEquals(tries, 1);
    broken.with = undefined;
    await deliverDue(s);
    assertEquals(tried.length, 1, "it is not time yet");
    await laterInTheQueue(s.kv);
    await deliverDue(s);
    assertEquals(mails.length, 1);
    assertEquals(tried.map(({ id }) => id), [mails[0].id, mails[0].id]);
  }),
);

Deno.test(
  "a refusal for good is the last try, and is remembered without the words",
  onQueue(async ({ s, tried, broken, queue }) => {
    await queue("ada");
    broken.with = refused;
    await deliverSoon(s, ["ada"]);
    await laterInTheQueue(s.kv);
    await deliverDue(s);
    assertEquals(tried.length, 1);
    assertEquals(await deliveryOf(s.kv, "ada"), "refused");
    const left = await Array.fromAsync(s.kv.list({ prefix: [] }));
    assertEquals(left.map(({ key }) => key), [keys.failed("ada")]);
    assert(!JSON.stringify(left.map(({ value }) => value)).includes("ada@"));
  }),
);

Deno.test(
  "eight failed tries are enough",
  onQueue(async ({ s, tried, broken, queue }) => {
    await queue("ada");
    broken.with = delayed;
    for (let n = 0; n < MOST_TRIES + 3; n++) {
      await laterInTheQueue(s.kv);
      await deliverDue(s);
    }
    assertEquals(tried.length, MOST_TRIES);
    assertEquals(await deliveryOf(s.kv, "ada"), "exhausted");
  }),
);

Deno.test(
  "a queue that slept for a day tries once more before it gives up",
  onQueue(async ({ s, tried, broken, queue }) => {
    await queue("ada");
    await laterInTheQueue(s.kv, GIVE_UP_MS + 1);
    broken.with = delayed;
    await deliverDue(s);
    assertEquals(tried.length, 1);
    assertEquals(await deliveryOf(s.kv, "ada"), "exhausted");
  }),
);

Deno.test(
  "what ends its sender every time is given up, too",
  onQueue(async ({ s, tried, queue }) => {
    await queue("ada");
    for (let n = 0; n < MOST_TRIES; n++) {
      assert(await claim(s.kv, "ada", false), "and then the process ends");
      await laterInTheQueue(s.kv);
    }
    await deliverDue(s);
    assertEquals(tried, []);
    assertEquals(await deliveryOf(s.kv, "ada"), "exhausted");
  }),
);

Deno.test(
  "a claim keeps others away until it ends, also those in a hurry",
  onQueue(async ({ s, mails, queue, waiting }) => {
    await queue("ada");
    const before = Date.now();
    assert(await claim(s.kv, "ada", false));
    const { claimedUntil } = await waiting("ada");
    assert(claimedUntil >= before + CLAIM_MS);
    await deliverDue(s);
    await deliverSoon(s, ["ada"]);
    assertEquals(mails, []);
    await laterInTheQueue(s.kv);
    await deliverDue(s);
    assertEquals(mails.length, 1);
  }),
);

Deno.test(
  "whoever comes back after its claim has ended changes nothing any more",
  onQueue(async ({ s, queue, waiting }) => {
    await queue("ada");
    const first = await claim(s.kv, "ada", false);
    await laterInTheQueue(s.kv);
    const second = await claim(s.kv, "ada", false);
    assert(first && second);
    assertEquals(await finish(s.kv, first), false);
    assertEquals((await waiting("ada")).tries, 2);
    assertEquals(await finish(s.kv, second), true);
  }),
);

Deno.test(
  "what is dropped while it is being sent does not come back",
  onQueue(async ({ s, broken, queue }) => {
    for (const error of [undefined, delayed(), refused()]) {
      await queue("ada");
      const dropping = Promise.withResolvers<void>();
      s.mailer.send = async () => {
        await dropMail(s.kv.atomic(), "ada").commit();
        dropping.resolve();
        if (error) throw error;
      };
      await deliverSoon(s, ["ada"]);
      await dropping.promise;
      assertEquals(await Array.fromAsync(s.kv.list({ prefix: [] })), []);
    }
    assertEquals(broken.with, undefined);
  }),
);

Deno.test(
  "what is of no use any more is not sent",
  onQueue(async ({ s, tried, queue }) => {
    await queue("ada", -1);
    await deliverSoon(s, ["ada"]);
    assertEquals(tried, []);
    assertEquals(await Array.fromAsync(s.kv.list({ prefix: [] })), []);
  }),
);

Deno.test(
  "a server that is down costs the others none of their tries",
  onQueue(async ({ s, tried, broken, queue, waiting }) => {
    const ids = Array.from({ length: 20 }, (_, n) => `m${n}`);
    for (const id of ids) await queue(id);
    broken.with = down;
    await deliverDue(s);
    assert(tried.length <= 3);
    const tries = await Promise.all(
      ids.map(async (id) => (await waiting(id)).tries),
    );
    assertEquals(tries.filter((n) => n > 0).length, tried.length);
  }),
);

Deno.test(
  "one e-mail that is refused or delayed holds no other up",
  onQueue(async ({ s, mails, broken, queue }) => {
    const ids = Array.from({ length: 9 }, (_, n) => `m${n}`);
    for (const id of ids) await queue(id);
    broken.with = ({ to }) =>
      to.startsWith("m3")
        ? refused()
        : to.startsWith("m5")
        ? delayed()
        : undefined;
    await deliverDue(s);
    assertEquals(mails.length, 7);
  }),
);

Deno.test(
  "nobody waits longer for an e-mail than they were promised",
  onQueue(async ({ s, queue }) => {
    await queue("ada");
    const taken = Promise.withResolvers<void>();
    s.mailer.send = () => taken.promise;
    await deliverSoon(s, ["ada"], 10);
    assertEquals(await deliveryOf(s.kv, "ada"), "waiting");
    taken.resolve();
    while (await deliveryOf(s.kv, "ada") === "waiting") {
      await new Promise((done) => setTimeout(done, 1));
    }
    assertEquals(await deliveryOf(s.kv, "ada"), "sent");
  }),
);

Deno.test(
  "the postman goes when nudged, not too often and never twice at once",
  onQueue(async ({ s, tried, mails, queue }) => {
    await queue("ada");
    await using postman = startPostman(s, 60_000);
    for (let n = 0; n < 10; n++) postman.nudge();
    await postman[Symbol.asyncDispose]();
    assertEquals(mails.length, 1);
    await queue("bob");
    postman.nudge();
    await postman[Symbol.asyncDispose]();
    assertEquals(tried.length, 1, "he has just been");
  }),
);

Deno.test(
  "the postman goes by himself, and outlives a queue that cannot be read",
  onQueue(async ({ s, mails, queue }) => {
    const { kv } = s;
    const list = kv.list.bind(kv);
    let reads = 0;
    kv.list = (...args: Parameters<typeof list>) => {
      if (reads++ === 0) throw new Error("KV is away");
      return list(...args);
    };
    await queue("ada");
    await using _postman = startPostman(s, 5);
    while (mails.length === 0) {
      await new Promise((done) => setTimeout(done, 1));
    }
    assert(reads > 1);
  }),
);
