import { assert, assertEquals } from "@std/assert";
import { GIVE_UP_MS, MOST_TRIES } from "./backoff.ts";
import { claim, CLAIM_MS, finish } from "./claim.ts";
import { deliverDue, deliverSoon } from "./deliver.ts";
import { MailError } from "./mail-error.ts";
import { deliveryOf, dropMail, keys } from "./queue-store.ts";
import { laterInTheQueue, onQueue } from "./testing.ts";

const down = () => MailError.failed("down", new Error("no route"));
const delayed = () => MailError.failed("delayed", new Error("451 later"));
const refused = () => MailError.refused(new Error("550 unknown"));

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
  "a server that keeps us out is an error to the operator, an e-mail put off a warning",
  onQueue(async ({ s, broken, queue }) => {
    const { error, log } = console;
    const [errors, others]: string[][] = [[], []];
    console.error = (line: string) => errors.push(line);
    console.log = (line: string) => others.push(line);
    try {
      for (const failure of [delayed, down]) {
        await queue(failure.name);
        broken.with = failure;
        await deliverSoon(s, [failure.name]);
      }
    } finally {
      Object.assign(console, { error, log });
    }
    assertEquals([errors.length, others.length], [1, 1]);
    assert(errors[0].includes("no route") && others[0].includes("451 later"));
    assert(!`${errors}${others}`.includes("@example.com"));
  }),
);
