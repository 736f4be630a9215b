import { assert, assertEquals } from "@std/assert";
import { deleteAccount } from "../accounts/delete-account.ts";
import { finishErasures } from "../accounts/erasures.ts";
import { visitedBy } from "../accounts/session-list/visitor.ts";
import { createSession } from "../accounts/sessions.ts";
import { eventsOf } from "../audit/list.ts";
import { deliverDue } from "../mail/deliver.ts";
import { writeTo } from "../rooms/direct.ts";
import { endRoom } from "../rooms/members.ts";
import { changeSettings, chooseFor } from "./settings.ts";
import { keys } from "./store.ts";
import { away } from "./testing.ts";

const MINUTE = 60_000;

Deno.test("whoever is mentioned and away is told on each device, once", async () => {
  await using at = await away();
  const { app, bob, cy, say, later, work, shown } = at;
  await at.device(bob, "phone");
  await at.device(bob, "desk");
  await at.device(cy, "tablet");
  await say("Nobody");
  const { id, offset } = await say("Tea, @Bob?");
  later(2_000);
  await work();
  assertEquals(shown(), ["desk Tea, @Bob?", "phone Tea, @Bob?"]);
  const told = JSON.parse(app.push.taken[0].text);
  assertEquals([told.title, told.room, told.tag, told.offset], [
    "Ada",
    "Tea",
    `${at.roomId} ${id}`,
    offset,
  ]);
  assertEquals(told.url, `/rooms/${at.roomId}/around/${offset}#${id}`);
  later(60 * MINUTE);
  await work();
  assertEquals(shown().length, 2);
  assertEquals(app.mails, []);
  await say("@room: it boils");
  later(2_000);
  await work();
  assertEquals(shown().filter((it) => it.endsWith("boils")), [
    "desk @room: it boils",
    "phone @room: it boils",
    "tablet @room: it boils",
  ]);
});

Deno.test("who looks at the room is not told, nor who is out of it, nor of what is gone", async () => {
  await using at = await away();
  const { app, bob, cy, say, later, work, shown } = at;
  await at.device(bob, "phone");
  await at.device(cy, "tablet");
  const { offset } = await say("@Bob @Cy");
  await app.realtime.markRead(bob, at.roomId, offset);
  later(2_000);
  await work();
  assertEquals(shown(), ["tablet @Bob @Cy"]);
  const { id } = await say("@Bob again");
  await app.services.realtime.amend(at.ada, at.roomId, {
    ...{ event: "delete-message", id },
  });
  await say("@Cy leaves");
  const members = `/rooms/${at.roomId}/members`;
  await app.send(members, { intent: "leave" }, at.cookieOf(cy));
  later(2_000);
  await work();
  assertEquals(shown().length, 1);
});

Deno.test("a room can tell of everything or of nothing, and people wrote to alone are told", async () => {
  await using at = await away();
  const { app, bob, cy, say, later, work, shown } = at;
  const { services: s } = app;
  await at.device(bob, "phone");
  await at.device(cy, "tablet");
  const members = `/rooms/${at.roomId}/members`;
  const choose = (who: typeof bob, choice: string) =>
    app.send(members, { intent: "notify", choice }, at.cookieOf(who));
  assertEquals((await choose(bob, "all")).status, 303);
  assertEquals((await choose(cy, "none")).status, 303);
  await say("@Cy: tea");
  later(2_000);
  await work();
  assertEquals(shown(), ["phone @Cy: tea"]);
  await choose(bob, "mentions");
  await say("coffee");
  later(2_000);
  await work();
  assertEquals(shown().length, 1);
  await chooseFor(s, cy.id, at.roomId, null);
  const direct = await writeTo(s, at.ada, [cy.id]);
  const draft = { clientId: "d", content: "Between us" };
  await s.realtime.post(at.ada, direct.id, draft);
  later(2_000);
  await work();
  assertEquals(shown(), ["phone @Cy: tea", "tablet Between us"]);
  assertEquals(JSON.parse(app.push.taken.at(-1)!.text).room, "");
});

Deno.test("a pause and quiet hours hold back, and lose nothing; words can stay out", async () => {
  await using at = await away();
  const { app, bob, say, later, work, shown } = at;
  await at.device(bob, "phone");
  await changeSettings(app.services, bob.id, () => ({
    ...{ pausedUntil: Date.now() + 60 * MINUTE, wordless: true },
  }));
  await say("@Bob: secret");
  later(2_000);
  const wait = await work();
  assertEquals(shown(), []);
  assert(wait !== null);
  later(60 * MINUTE);
  await work();
  assertEquals(shown(), ["phone You have a new message."]);
});

Deno.test("who no device told is mailed after 15 minutes, once an hour, unless they read it", async () => {
  await using at = await away();
  const { app, bob, cy, say, later, work } = at;
  await say("@Bob: one");
  const { offset } = await say("@Bob @Cy: two");
  later(2_000);
  await work();
  later(14 * MINUTE);
  await work();
  assertEquals(app.mails, []);
  await app.realtime.markRead(cy, at.roomId, offset);
  later(2 * MINUTE);
  await work();
  assertEquals(app.mails.map(({ to }) => to), [bob.email]);
  const { text, subject } = app.mails[0];
  assertEquals(subject, "2 messages are waiting for you on ChatSphere");
  assert(text.includes("Ada mentioned you in “Tea”"));
  assert(text.includes("one") && text.includes("two"));
  assert(text.includes(`/rooms/${at.roomId}/around/`));
  await say("@Bob: three");
  later(20 * MINUTE);
  await work();
  assertEquals(app.mails.length, 1);
  later(60 * MINUTE);
  await work();
  assertEquals(app.mails.length, 2);
  const stop = /\/unsubscribe\/[\w-]+/.exec(text)![0];
  assertEquals((await app.ask(stop)).status, 200);
  // As a mail program sends it: without cookies, an origin, or anything else of a browser.
  const ended = await app.ask(stop, {
    ...{ method: "POST", unsaid: true },
    body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }),
  });
  assertEquals(ended.status, 200);
  await say("@Bob: four");
  later(3 * 60 * MINUTE);
  await work();
  assertEquals(app.mails.length, 2);
  assertEquals((await app.ask("/unsubscribe/nonsense")).status, 404);
});

Deno.test("where APP_URL is unset, an e-mail leads to the address by which its reader came last", async () => {
  for (const urlGiven of [false, true]) {
    await using at = await away();
    const { app, bob, say, later, work } = at;
    const { services: s } = app;
    const config: { urlGiven: boolean; appUrl: string } = s.config;
    config.urlGiven = urlGiven;
    for (const host of ["192.168.1.5", "chat.local"]) {
      const origin = () => Promise.resolve(`http://${host}:8000`);
      await visitedBy(
        { network: "192.168.1.0/24", device: null, origin },
        () => createSession(s, bob.id),
      );
      later(1_000);
    }
    await say("@Bob: tea");
    later(2_000);
    await work();
    later(16 * MINUTE);
    await work();
    const [{ text }] = app.mails;
    const origins = text.matchAll(/(https?:\/\/[^/]+)\/(rooms|unsubscribe)\//g);
    const one = urlGiven ? config.appUrl : "http://chat.local:8000";
    assertEquals([...origins].map(([, origin]) => origin), [one, one]);
  }
});

Deno.test("of somebody whose account is gone no e-mail goes out, and none of its links leaves anything", async () => {
  await using at = await away();
  const { app, bob, say, later, work } = at;
  const { services: s } = app;
  await say("@Bob: one");
  later(2_000);
  await work();
  later(16 * MINUTE);
  await work();
  const stop = /\/unsubscribe\/[\w-]+/.exec(app.mails[0].text)![0];
  const { send } = s.mailer;
  s.mailer.send = () => Promise.reject(new Error("away"));
  await say("@Bob: two");
  later(90 * MINUTE);
  await work();
  s.mailer.send = send;
  await deleteAccount(s, bob.id);
  later(60 * MINUTE);
  await deliverDue(s);
  assertEquals(app.mails.length, 1);
  assertEquals((await app.send(stop, {})).status, 404);
  assertEquals((await s.kv.get(keys.settings(bob.id))).value, null);
});

Deno.test("the log of a room is read once for what is new in it, however often it is noted", async () => {
  await using at = await away();
  const { app, bob, say, later, work, shown } = at;
  const { services: s } = app;
  await at.device(bob, "phone");
  const { alertPage, alertsTaken } = s.realtime;
  let read = 0;
  const realtime = {
    ...s.realtime,
    alertPage: (...of: Parameters<typeof alertPage>) => {
      read += 1;
      return alertPage(...of);
    },
    // As for a while after they were noted.
    alertsTaken: (taken: Parameters<typeof alertsTaken>[0]) =>
      Promise.resolve(assertEquals(taken.length, 1)),
  };
  for (const words of ["@Bob: one", "@Bob: two"]) {
    await say(words);
    later(2_000);
    for (let i = 0; i < 3; i++) await work({ ...s, realtime });
  }
  assertEquals([read, shown()], [2, ["phone @Bob: one", "phone @Bob: two"]]);
});

Deno.test("a room whose log cannot be read, or whose crowd cannot be gone on with, holds up no other, and is looked at again", async () => {
  await using at = await away();
  const { app, bob, cy, say, later, work, shown } = at;
  const { services: s } = app;
  await at.device(bob, "phone");
  await at.device(cy, "tablet");
  const broken = await writeTo(s, at.ada, [cy.id]);
  const draft = { clientId: "d", content: "Between us" };
  await s.realtime.post(at.ada, broken.id, draft);
  await s.kv.set(keys.crowd("no-room", "m", "all"), { after: "" });
  await s.kv.set(keys.crowdWaiting("no-room", "m", "all"), true);
  await say("@Bob: tea");
  later(2_000);
  const { alertPage } = s.realtime;
  const realtime = {
    ...s.realtime,
    alertPage: (...of: Parameters<typeof alertPage>) =>
      of[0] === broken.id
        ? Promise.reject(new Error("damaged"))
        : alertPage(...of),
  };
  const list = s.kv.list.bind(s.kv);
  s.kv.list = ((selector: { prefix: Deno.KvKey }, ...of: []) => {
    if (selector.prefix?.includes("no-room")) throw new Error("damaged");
    return list(selector, ...of);
  }) as typeof s.kv.list;
  const wait = await work({ ...s, realtime });
  assertEquals([shown(), wait], [["phone @Bob: tea"], 5_000]);
  s.kv.list = list;
  await work();
  assertEquals(shown(), ["phone @Bob: tea", "tablet Between us"]);
});

Deno.test("whoever ends a pause early is told then of what came in it, and mailed no sooner than else", async () => {
  await using at = await away();
  const { app, bob, cy, say, later, work, shown } = at;
  await at.device(bob, "phone");
  const pause = (who: typeof bob, pausedUntil?: number) =>
    changeSettings(app.services, who.id, () => ({ pausedUntil }));
  for (const who of [bob, cy]) await pause(who, Date.now() + 600 * MINUTE);
  await say("@Bob @Cy: tea");
  later(2_000);
  await work();
  assertEquals(shown(), []);
  for (const who of [bob, cy]) await pause(who);
  await work();
  assertEquals(shown(), ["phone @Bob @Cy: tea"]);
  await pause(cy);
  await work();
  assertEquals(app.mails, []);
  later(16 * MINUTE);
  await work();
  assertEquals(app.mails.map(({ to }) => to), [cy.email]);
});

Deno.test("what an admin deletes is in both activities also where the room ends before anybody looked", async () => {
  await using at = await away();
  const { app, ada, bob, roomId, say, work } = at;
  const { kv, realtime } = app.services;
  await say("@Cy: tea");
  const content = "Rude";
  const clientId = crypto.randomUUID();
  const rude = await realtime.post(bob, roomId, { clientId, content });
  await work();
  assert((await kv.get(keys.cursor(roomId))).value !== null);
  const { id } = rude;
  await realtime.amend(ada, roomId, { event: "delete-message", id });
  await endRoom(app.services, ada, roomId);
  await work();
  await finishErasures(app.services);
  for (const person of [ada, bob]) {
    const { events } = await eventsOf(app.services, person.id);
    const deletions = events.filter(({ kind }) => kind === "message-deleted");
    assertEquals(deletions.map(({ who, whom }) => [who, whom]), [
      [ada.id, bob.id],
    ]);
  }
  assertEquals((await kv.get(keys.cursor(roomId))).value, null);
});

Deno.test("what an admin deletes of somebody else's is in both activities, once; what its writer deletes is not", async () => {
  await using at = await away();
  const { app, ada, bob, roomId, work } = at;
  const { realtime } = app.services;
  const said = (content: string) =>
    realtime.post(bob, roomId, { clientId: crypto.randomUUID(), content });
  const remove = (who: typeof ada, id: string) =>
    realtime.amend(who, roomId, { event: "delete-message", id });
  const [rude, own] = [await said("Rude"), await said("A slip")];
  await remove(bob, own.id);
  await remove(ada, rude.id);
  await work();
  // Its cursor is lost, as if a process had ended before it was written: it looks again.
  await app.services.kv.delete(keys.cursor(roomId));
  await remove(ada, rude.id);
  await said("Sorry, @Ada");
  await work();
  for (const person of [ada, bob]) {
    const { events } = await eventsOf(app.services, person.id);
    const deletions = events.filter(({ kind }) => kind === "message-deleted");
    assertEquals(
      deletions.map(({ who, whom, roomId, network }) => [
        ...[who, whom, roomId],
        network,
      ]),
      [[ada.id, bob.id, roomId, undefined]],
    );
  }
});
