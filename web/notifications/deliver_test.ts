import { assert, assertEquals } from "@std/assert";
import { closeRead } from "./closing.ts";
import { devicesOf } from "./devices.ts";
import { keys, type Notice } from "./store.ts";
import { away } from "./testing.ts";

const MINUTE = 60_000;

Deno.test("what was read elsewhere is taken back from devices that showed it, once", async () => {
  await using at = await away();
  const { app, bob, say, later, work, shown } = at;
  await at.device(bob, "phone");
  const { offset } = await say("@Bob: tea");
  later(2_000);
  await work();
  const reads: [string, string][] = [[at.roomId, bob.id]];
  await closeRead(app.services, reads);
  assertEquals(shown().length, 1);
  await app.realtime.markRead(bob, at.roomId, offset);
  await closeRead(app.services, reads);
  await closeRead(app.services, reads);
  assertEquals(shown(), ["phone @Bob: tea", "phone read"]);
  assertEquals(JSON.parse(app.push.taken[1].text), {
    ...{ kind: "read", roomId: at.roomId, offset },
  });
});

Deno.test("a subscription that ended is dropped; a busy push service is asked again, then an e-mail goes", async () => {
  await using at = await away();
  const { app, bob, say, later, work, shown } = at;
  await at.device(bob, "old");
  await at.device(bob, "busy");
  const { push } = app;
  push.answer = (endpoint) =>
    endpoint.endsWith("old")
      ? { kind: "gone" }
      : { kind: "later", waitMs: 90_000 };
  await say("@Bob");
  later(2_000);
  const wait = await work();
  const names = async () =>
    (await devicesOf(app.services, bob.id)).map(({ name }) => name);
  assertEquals(await names(), ["busy"]);
  assert(wait !== null && wait <= 90_000);
  push.answer = () => ({ kind: "sent" });
  later(80_000);
  await work();
  assertEquals(shown(), []);
  later(15_000);
  await work();
  assertEquals(shown(), ["busy @Bob"]);
  push.answer = () => ({ kind: "later" });
  await say("@Bob: never");
  for (let i = 0; i < 8; i++) {
    later(20 * MINUTE);
    await work();
  }
  assertEquals(shown().length, 1);
  assertEquals(app.mails.length, 1);
});

Deno.test("what is read while it is on its way is taken back, too", async () => {
  await using at = await away();
  const { app, bob, say, later, work, shown } = at;
  await at.device(bob, "phone");
  const { offset } = await say("@Bob: tea");
  const { send } = app.push;
  app.push.send = async (...push) => {
    const outcome = await send(...push);
    await app.realtime.markRead(bob, at.roomId, offset);
    return outcome;
  };
  later(2_000);
  await work();
  for (let i = 0; i < 100 && shown().length < 2; i++) {
    await new Promise((done) => setTimeout(done, 10));
  }
  assertEquals(shown(), ["phone @Bob: tea", "phone read"]);
});

Deno.test("a push service that hangs is not waited for once a message, and takes nobody else's time", async () => {
  await using at = await away();
  const { app, bob, cy, say, later, work, shown } = at;
  await at.device(bob, "tarpit");
  await at.device(cy, "phone");
  let waited = 0;
  app.push.answer = (endpoint) => {
    if (!endpoint.endsWith("tarpit")) return { kind: "sent" };
    waited += 1;
    return { kind: "later" };
  };
  for (let i = 0; i < 40; i++) await say("@Bob");
  await say("@Cy");
  later(2_000);
  await work();
  assertEquals(shown(), ["phone @Cy"]);
  assert(waited <= 8, `${waited}`);
  app.push.answer = () => ({ kind: "sent" });
  later(MINUTE);
  await work();
  assertEquals(shown().filter((it) => it === "tarpit @Bob").length, 40);
});

Deno.test("a push service that hangs holds up nobody else, however many wait for it", async () => {
  await using at = await away();
  const { app, bob, cy, say, later, work, shown } = at;
  await at.device(bob, "tarpit");
  await at.device(cy, "phone");
  const { send } = app.push;
  const { promise: hanging, resolve: answer } = Promise.withResolvers<void>();
  let waiting = 0;
  app.push.send = async (...push) => {
    if (push[0].endpoint.endsWith("tarpit")) {
      waiting += 1;
      await hanging;
    }
    return await send(...push);
  };
  for (let i = 0; i < 50; i++) await say("@Bob");
  await say("@Cy");
  later(2_000);
  await work();
  assertEquals([waiting, shown()], [50, ["phone @Cy"]]);
  answer();
  for (let i = 0; i < 500 && shown().length < 51; i++) {
    await new Promise((done) => setTimeout(done, 10));
  }
  assertEquals(shown().filter((it) => it === "tarpit @Bob").length, 50);
  later(60 * MINUTE);
  await work();
  assertEquals(shown().length, 51);
});

Deno.test("a notice is one process's for half a minute from when that takes it, however long the round is", async () => {
  await using at = await away();
  const { app, bob, say, later, work } = at;
  await at.device(bob, "phone");
  const { send } = app.push;
  const claimed: boolean[] = [];
  app.push.send = async (...push) => {
    const { tag } = JSON.parse(push[1]);
    const { value } = await app.services.kv.get<Notice>(
      keys.notice(bob.id, tag),
    );
    claimed.push(value!.dueAt > Date.now());
    later(300);
    return await send(...push);
  };
  for (let i = 0; i < 120; i++) await say("@Bob");
  later(2_000);
  await work();
  assertEquals([claimed.length, claimed.includes(false)], [120, false]);
});

Deno.test("of three devices the one that sleeps shows nothing that was read before it wakes", async () => {
  await using at = await away();
  const { app, bob, say, later, work, shown } = at;
  for (const name of ["phone", "desk", "asleep"]) await at.device(bob, name);
  for (const words of ["@Bob: one", "@Bob: two"]) {
    await say(words);
    later(2_000);
    await work();
  }
  const { offset } = await say("@Bob: three");
  assertEquals(shown().length, 6);
  await app.realtime.markRead(bob, at.roomId, offset);
  await closeRead(app.services, [[at.roomId, bob.id]]);
  later(2_000);
  await work();
  const all = shown().map((it) => it.replace(/^\w+ /, ""));
  const each = ["@Bob: one", "@Bob: two", "read"];
  assertEquals(all, [...each, ...each, ...each]);
  // Its push service keeps the last of each topic, and the browser does with them what sw-push.js does.
  const kept = new Map(
    app.push.taken.filter(({ endpoint }) => endpoint.endsWith("asleep"))
      .map(({ topic, text }) => [topic, JSON.parse(text)]),
  );
  const screen = new Map<string, number>();
  for (const told of kept.values()) {
    if (told.kind === "message") screen.set(told.tag, told.offset);
    else {
      for (const [tag, at] of screen) {
        if (at <= told.offset) screen.delete(tag);
      }
    }
  }
  assertEquals([kept.size, screen.size], [3, 0]);
});
