import { assert, assertEquals, assertMatch } from "@std/assert";
import { EVERYONE } from "../../../realtime/protocol.ts";
import { acceptInvitation } from "../../rooms/accept.ts";
import { invite } from "../../rooms/invite.ts";
import { createRoom } from "../../rooms/rooms.ts";
import { DELETED_PERSON } from "../../client/drawn/deleted-person.ts";
import { keys, type StoredRoom } from "../../rooms/store.ts";
import { type TestApp, testApp } from "../testing/app.ts";

async function bring(
  app: TestApp,
  inviter: Awaited<ReturnType<TestApp["person"]>>,
  roomId: string,
  guest: Awaited<ReturnType<TestApp["person"]>>,
) {
  const { services: s, mails } = app;
  await invite(s, inviter.account, roomId, guest.account.email);
  const code = mails.at(-1)!.text.match(/\/invitations\/(\S+)/)![1];
  await acceptInvitation(s, guest.account, code);
}

/** Ada and Bob in a room. */
async function stage(app: TestApp) {
  const [ada, bob] = [await app.person("Ada"), await app.person("Bob Bell")];
  const room = await createRoom(app.services, ada.account, "Bakery");
  await bring(app, ada, room.id, bob);
  const path = `/rooms/${room.id}`;
  const say = (content: string, more: Record<string, string> = {}) =>
    app.send(
      path,
      { content, clientId: crypto.randomUUID(), ...more },
      ada.cookie,
    );
  const read = async (page = path, who = bob) =>
    await (await app.ask(page, { cookie: who.cookie })).text();
  const last = async () =>
    (await app.realtime.history(ada.account, room.id, {})).messages.at(-1)!;
  return { ada, bob, room, path, say, read, last };
}

const rowsOf = (html: string) =>
  html.slice(html.indexOf("<ol"), html.indexOf("</ol>"));

Deno.test("without script a name after an @ is understood when it is sent", async () => {
  await using app = await testApp();
  const { ada, bob, path, say, read, last } = await stage(app);
  await say("Tea, @bob bell? `@Ada`");
  assertEquals((await last()).mentions, [
    { id: bob.account.id, name: "bob bell" },
  ]);
  assertMatch(
    rowsOf(await read()),
    /<mark[^>]*><bdi>@Bob Bell<\/bdi><\/mark>\?/,
  );
  assertMatch(
    rowsOf(await read(path, ada)),
    /<b[^>]*><bdi>@Bob Bell<\/bdi><\/b>\?/,
  );
  assertMatch(await read("/rooms"), />@1<span/);
  // Whatever they are called later, also where no names are looked up, and after an edit.
  await app.send("/account", { intent: "rename", name: "Rob" }, bob.cookie);
  for (const page of [path, `${path}/search?q=tea`, `${path}/around/1`]) {
    assert((await read(page)).includes("@Rob"), page);
  }
  const { id } = await last();
  const edit = { intent: "edit", content: "Coffee, @Bob Bell?" };
  await app.send(`${path}/messages/${id}`, edit, ada.cookie);
  assertEquals((await last()).mentions, undefined);
  await app.send(`${path}/messages/${id}`, {
    ...edit,
    content: "Coffee, @Rob?",
  }, ada.cookie);
  assertEquals((await last()).mentions, [{ id: bob.account.id, name: "Rob" }]);
});

Deno.test("programs mention by name as well", async () => {
  await using app = await testApp();
  const { ada, bob, room, last } = await stage(app);
  const answer = await app.ask("/api/messages", {
    ...{ method: "POST", cookie: ada.cookie },
    body: JSON.stringify({
      ...{ roomId: room.id, clientId: "c1", content: "@Bob Bell" },
    }),
    headers: { "content-type": "application/json" },
  });
  assertEquals(answer.status, 201);
  assertEquals((await last()).mentions?.[0].id, bob.account.id);
});

Deno.test("before a message tells everyone in a large room, a page asks", async () => {
  await using app = await testApp();
  const { room, say, last } = await stage(app);
  await say("@room small");
  assertEquals((await last()).mentions, [{ id: EVERYONE, name: "room" }]);
  const { kv } = app.services;
  const stored = await kv.get<StoredRoom>(keys.room(room.id));
  await kv.set(stored.key, { ...stored.value!, memberCount: 21 });
  const asked = await say("@room large");
  assertEquals(asked.status, 422);
  const html = await asked.text();
  assert(html.includes("@room tells all 21 people in this room."));
  assert(html.includes('name="content" value="@room large"'));
  assertEquals((await last()).content, "@room small");
  assertEquals((await say("@room large", { everyone: "yes" })).status, 303);
  assertEquals((await last()).content, "@room large");
});

Deno.test("everyone is nobody in particular: the page of a room has no name for them", async () => {
  await using app = await testApp();
  const { ada, bob, path, say, read, last } = await stage(app);
  await say("Tea, @room?");
  assertEquals((await last()).mentions, [{ id: EVERYONE, name: "room" }]);
  for (const who of [ada, bob]) {
    const page = await read(path, who);
    assertMatch(rowsOf(page), /<mark[^>]*><bdi>@room<\/bdi><\/mark>\?/);
    assert(!page.includes(DELETED_PERSON));
  }
});
