import { assert, assertEquals } from "@std/assert";
import { deliverDue } from "../mail/deliver.ts";
import { away } from "./testing.ts";
import { Killed, mortal } from "./testing-kills.ts";
import { notifyPeople } from "./work.ts";

const MINUTE = 60_000;

Deno.test("killed at any point, every mention reaches each device, or is mailed, and is shown once", async () => {
  let killed = 0;
  for (let point = 1;; point++) {
    await using at = await away();
    const { app, bob, cy, say, later, shown } = at;
    await at.device(bob, "phone");
    await at.device(bob, "desk");
    await say("@Bob @Cy: one");
    await say("@room: two");
    later(2_000);
    const { services, wasKilled } = mortal(app.services, point);
    // Twice: the second time by when the e-mail is due.
    for (const wait of [2_000, 16 * MINUTE]) {
      later(wait);
      await notifyPeople(services).catch((error) =>
        assert(error instanceof Killed, error)
      );
    }
    const isOver = !wasKilled();
    // Another process, once what the first had claimed is free again.
    for (const wait of [5, 20, 20, 65, 65].map((it) => it * MINUTE)) {
      later(wait);
      await at.work();
      await deliverDue(app.services);
    }
    const wanted = ["desk", "phone"].flatMap((device) =>
      ["@Bob @Cy: one", "@room: two"].map((text) => `${device} ${text}`)
    );
    // What was sent, but not noted, comes again with the same tag: the device shows it once.
    const all = shown();
    assertEquals([point, [...new Set(all)]], [point, wanted]);
    assert(all.length <= wanted.length + 8, `${point}: ${all.length}`);
    if (isOver) assertEquals(all, wanted);
    const tags = new Set(
      app.push.taken.map(({ endpoint, text }) =>
        endpoint + JSON.parse(text).tag
      ),
    );
    assertEquals([point, tags.size], [point, wanted.length]);
    // Sent again after a kill, an e-mail has the same Message-ID.
    const mails = new Map(
      app.mails.filter(({ to }) => to === cy.email)
        .map((mail) => [(mail as { id?: string }).id, mail.text]),
    );
    const mailed = [...mails.values()].join();
    const timesOf = (text: string) => mailed.split(text).length - 1;
    assertEquals([point, timesOf(": one"), timesOf(": two")], [point, 1, 1]);
    assertEquals(app.mails.filter(({ to }) => to === bob.email), []);
    if (isOver) break;
    killed += 1;
  }
  assert(killed > 20, `${killed}`);
});

Deno.test("several processes at once tell everybody once", async () => {
  await using at = await away();
  const { app, bob, say, later, shown } = at;
  await at.device(bob, "phone");
  for (let i = 0; i < 5; i++) await say(`@Bob: ${i}`);
  later(2_000);
  // Each has a KV of its own as far as it knows, so that none waits for another.
  const processes = Array.from({ length: 4 }, () => ({
    ...app.services,
    kv: mortal(app.services, Infinity).services.kv,
  }));
  await Promise.all(processes.map((s) => notifyPeople(s)));
  later(10 * MINUTE);
  await at.work();
  assertEquals(shown(), [0, 1, 2, 3, 4].map((i) => `phone @Bob: ${i}`));
});
