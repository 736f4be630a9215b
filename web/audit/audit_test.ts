import { assert, assertEquals, assertMatch } from "@std/assert";
import { deleteAccount } from "../accounts/delete-account.ts";
import { changePassword } from "../accounts/profile.ts";
import { endAllSessions } from "../accounts/sessions.ts";
import { nameOwner } from "../accounts/owner.ts";
import { type TestApp, testApp } from "../http/testing/app.ts";
import { acceptInvitation } from "../rooms/accept.ts";
import { invite } from "../rooms/invite.ts";
import { leaveRoom, removeMember } from "../rooms/members.ts";
import { changeRoom, setRole } from "../rooms/settings.ts";
import { createRoom } from "../rooms/rooms.ts";
import { type AuditEvent, idAt, keys, KINDS, noteEvent } from "./events.ts";
import { allEvents, eventsOf, sweepEvents } from "./list.ts";
import { WORDS } from "./words.ts";

const PASSWORD = "correct horse battery";

const kindsOf = (page: { events: AuditEvent[] }) =>
  page.events.map(({ kind }) => kind);

/** Ada's room, which Bob has joined. */
async function twoInARoom(app: TestApp) {
  const { services: s } = app;
  const [ada, bob] = [await app.person("Ada"), await app.person("Bob")];
  const room = await createRoom(s, ada.account, "Bakery");
  await invite(s, ada.account, room.id, bob.account.email);
  const code = app.mails.at(-1)!.text.match(/invitations\/(\S+)/)![1];
  await acceptInvitation(s, bob.account, code);
  return { ada, bob, room };
}

Deno.test("what happened to somebody is on their list, newest first, and on nobody else's", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const { ada, bob, room } = await twoInARoom(app);
  const { id: accountId } = bob.account;
  const change = { password: PASSWORD, newPassword: "a new one, then" };
  await changePassword(s, { accountId, ...change, ip: "203.0.113.7" });
  for (const role of ["admin", "member"] as const) {
    await setRole(s, ada.account, room.id, accountId, role);
    await changeRoom(s, ada.account, room.id, { archived: role === "admin" });
  }
  await removeMember(s, ada.account, room.id, accountId);
  await endAllSessions(s, accountId);
  assertEquals(kindsOf(await eventsOf(s, accountId)), [
    "signed-out-everywhere",
    "member-removed",
    "admin-unmade",
    "admin-made",
    "password-changed",
    "member-joined",
    "account-made",
  ]);
  assertEquals(kindsOf(await eventsOf(s, ada.account.id)), [
    "member-removed",
    "room-brought-back",
    "admin-unmade",
    "room-archived",
    "admin-made",
    "room-made",
    "account-made",
  ]);
  await leaveRoom(s, ada.account, room.id);
  assertEquals(kindsOf(await eventsOf(s, ada.account.id))[0], "room-ended");
});

Deno.test("what happens in one millisecond is listed in its order, too", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const now = Date.now;
  const fixed = now();
  Date.now = () => fixed;
  try {
    for (const kind of KINDS) {
      await noteEvent(s.kv.atomic(), kind, "ada").commit();
    }
  } finally {
    Date.now = now;
  }
  const listed = kindsOf(await eventsOf(s, "ada"));
  assertEquals(listed, [...KINDS].reverse());
});

Deno.test("a person reads their own activity in sentences, and the owner that of all, without the rooms' names", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const { ada, bob, room } = await twoInARoom(app);
  await nameOwner(s);
  const mine = await app.ask("/account/activity", { cookie: bob.cookie });
  const html = await mine.text();
  assertMatch(html, /Bob joined the room “Bakery”\./);
  assert(!html.includes('href="/activity"'));
  await removeMember(s, ada.account, room.id, bob.account.id);
  const after = await app.ask("/account/activity", { cookie: bob.cookie });
  assertMatch(await after.text(), /Ada removed Bob from a room\./);

  const all = await app.ask("/activity", { cookie: ada.cookie });
  const listed = await all.text();
  assertMatch(listed, /Bob created an account\./);
  assert(!listed.includes("Bakery"));
  assertEquals(
    (await app.ask("/activity", { cookie: bob.cookie })).status,
    404,
  );
  assertEquals((await app.ask("/activity")).status, 404);
});

Deno.test("where something was done from is kept as a network", async () => {
  await using app = await testApp();
  const ada = await app.person("Ada");
  const form = { intent: "sign-out-everywhere" };
  await app.ask("/account", {
    method: "POST",
    cookie: ada.cookie,
    from: "203.0.113.77",
    body: new URLSearchParams(form),
  });
  const [newest] = (await eventsOf(app.services, ada.account.id)).events;
  assertEquals(newest.kind, "signed-out-everywhere");
  assert(newest.network !== undefined);
});

Deno.test("a long list comes in pages", async () => {
  await using app = await testApp();
  const { services: s } = app;
  for (let n = 0; n < 120; n++) {
    await noteEvent(s.kv.atomic(), "signed-in-code", "ada").commit();
  }
  const seen: string[] = [];
  let before: string | undefined;
  do {
    const page = await eventsOf(s, "ada", before);
    seen.push(...page.events.map(({ id }) => id));
    before = page.before;
  } while (before !== undefined);
  assertEquals([seen.length, new Set(seen).size], [120, 120]);
  assertEquals(seen, seen.toSorted().reverse());
  assertEquals((await allEvents(s)).events.length, 50);
});

Deno.test("events go after their days, and with an account where they came from", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const old: AuditEvent = {
    kind: "signed-in-face",
    at: 1,
    who: "a",
    whom: "b",
  };
  const id = `${idAt(1)}-old`;
  await s.kv.atomic().set(keys.event(id), old).set(keys.of("a", id), true)
    .set(keys.of("b", id), true).commit();
  await noteEvent(s.kv.atomic(), "signed-in-face", "a").commit();
  assertEquals(await sweepEvents(s, 90), 1);
  assertEquals(kindsOf(await eventsOf(s, "a")), ["signed-in-face"]);
  assertEquals(kindsOf(await eventsOf(s, "b")), []);

  const ada = await app.person("Ada");
  const { id: accountId } = ada.account;
  await s.kv.set(keys.of(accountId, "x"), true);
  await s.kv.set(keys.event("x"), { ...old, who: accountId, network: "n" });
  await deleteAccount(s, accountId);
  assertEquals(kindsOf(await eventsOf(s, accountId)), []);
  const kept = await Array.fromAsync(
    s.kv.list<AuditEvent>({ prefix: keys.all() }),
  );
  const theirs = kept.filter(({ value }) => value.who === accountId);
  assertEquals(theirs.length, 3);
  assertEquals(theirs.filter(({ value }) => value.network), []);
});

Deno.test("each kind of event has its sentence", () => {
  for (const kind of KINDS) {
    for (const room of [undefined, "Bakery"]) {
      const said = WORDS[kind]({ who: "Ada", whom: "Bob", room });
      assertMatch(said, /^Ada .+\.$/);
    }
  }
});
