import { assert, assertEquals, assertMatch } from "@std/assert";
import encodePng from "@jsquash/png/encode.js";
import { endPictures } from "../../files/pictures/worker-pool.ts";
import { changeAccount } from "../../accounts/store.ts";
import { createRoom } from "../../rooms/rooms.ts";
import { type TestApp, testApp } from "../testing/app.ts";

const html = async (answer: Response | Promise<Response>) =>
  await (await answer).text();

/** Where an answer leads. */
const to = (answer: Response) => answer.headers.get("location") ?? "";

async function three(app: TestApp) {
  const [ada, ben, cleo] = [
    await app.person("Ada"),
    await app.person("Ben"),
    await app.person("Cleo"),
  ];
  return { ada, ben, cleo };
}

Deno.test("somebody is found, looked at, and written to, without script", async () => {
  await using app = await testApp();
  const { ada, ben } = await three(app);
  const found = await html(app.ask("/people?q=be", { cookie: ada.cookie }));
  assertMatch(found, new RegExp(`href="/people/${ben.account.id}"`));
  assert(!found.includes("Cleo"));
  const path = `/people/${ben.account.id}`;
  assertMatch(
    await html(app.ask(path, { cookie: ada.cookie })),
    /Write to <bdi>Ben<\/bdi>/,
  );
  const sent = await app.send(path, {}, ada.cookie);
  const back = await app.send(`/people/${ada.account.id}`, {}, ben.cookie);
  assertEquals([sent.status, to(sent)], [303, to(back)]);
  const room = await html(app.ask(to(sent), { cookie: ada.cookie }));
  assertMatch(room, /<title>Ben · ChatSphere<\/title>/);
  assertMatch(room, /class="room-page direct"/);
  const list = await html(app.ask("/rooms", { cookie: ben.cookie }));
  assertMatch(list, /<bdi>Ada<\/bdi>/);
  const members = await html(
    app.ask(`${to(sent)}/members`, { cookie: ada.cookie }),
  );
  assert(!/Send invitation|Leave this room|Rename/.test(members));
  for (const intent of ["invite", "leave", "rename"]) {
    const form = { intent, email: "cleo@example.com", name: "Mine" };
    const answer = await app.send(`${to(sent)}/members`, form, ada.cookie);
    assertEquals(answer.status, 409, intent);
  }
});

Deno.test("a program that would set up a direct conversation is told that there is nothing to", async () => {
  await using app = await testApp();
  const { ada, ben, cleo } = await three(app);
  const sent = await app.send(`/people/${ben.account.id}`, {}, ada.cookie);
  const path = `/api${to(sent)}`;
  const ask = async (part: string, method: string, who = ada) => {
    const answer = await app.ask(`${path}/${part}`, {
      method,
      body: JSON.stringify({ name: "Mine", id: ben.account.id, role: "admin" }),
      headers: { "content-type": "application/json" },
      cookie: who.cookie,
    });
    const { error } = await answer.json();
    return [answer.status, error.code, error.message];
  };
  const calls = [
    ["settings", "PATCH"],
    ["members", "PATCH"],
    ["link", "POST"],
    ["link", "DELETE"],
  ];
  for (const [part, method] of calls) {
    const [status, code, sentence] = await ask(part, method);
    assertEquals([part, status, code], [part, 409, "direct-room"]);
    assertMatch(sentence, /^A direct conversation has no admins, no settings/);
    const [none] = await ask(part, method, cleo);
    assertEquals(none, 404, "of others' conversations nobody is told");
  }
});

Deno.test("several people are chosen one after the other, and written to", async () => {
  await using app = await testApp();
  const { ada, ben, cleo } = await three(app);
  const { cookie } = ada;
  const ids = [ben.account.id, cleo.account.id];
  const first = await html(app.ask(`/people?with=&with=${ids[0]}`, { cookie }));
  assertMatch(
    first,
    new RegExp(`href="/people\\?with=&amp;with=${ids[0]}&amp;with=${ids[1]}"`),
  );
  assertMatch(first, new RegExp(`name="with" value="${ids[0]}"`));
  const form = new FormData();
  for (const id of ids) form.append("with", id);
  const sent = await app.send("/people", form, cookie);
  const room = await html(app.ask(to(sent), { cookie: cleo.cookie }));
  const title = room.match(/<title>(.*) · ChatSphere<\/title>/)?.[1];
  const plain = title?.replace(/[\u2068\u2069]/g, "");
  assert(["Ada and Ben", "Ben and Ada"].includes(plain ?? ""), plain);
  const none = await app.send("/people", {}, cookie);
  assertEquals(none.status, 422);
});

Deno.test("where the directory is closed nobody is told who is here", async () => {
  await using app = await testApp({ PEOPLE_DIRECTORY: "rooms" });
  const { ada, ben } = await three(app);
  const { cookie } = ada;
  const path = `/people/${ben.account.id}`;
  const nobody = `/people/${crypto.randomUUID()}`;
  const asked = async (address: string) =>
    (await html(app.ask(address, { cookie }))).match(/<main.*<\/main>/s)?.[0];
  assert(!(await asked("/people?q=b"))?.includes("Ben"));
  assertEquals(await asked(path), await asked(nobody));
  const statuses = [path, nobody, `${path}/picture`].map(async (address) =>
    (await app.ask(address, { cookie })).status
  );
  assertEquals(await Promise.all(statuses), [404, 404, 404]);
  assertEquals((await app.send(path, {}, cookie)).status, 404);
  const chosen = await asked(`/people?with=${ben.account.id}`);
  assert(chosen && !chosen.includes("Ben"));
});

Deno.test("what somebody tells of themselves is what others see, a picture too", async () => {
  await using app = await testApp();
  const { ada, ben } = await three(app);
  const about = {
    intent: "about",
    about: "<b>Engines</b>",
    timeZone: "Asia/Tokyo",
  };
  const saved = await app.send("/account/profile", about, ada.cookie);
  assertEquals(saved.status, 303);
  const form = new FormData();
  form.set("intent", "picture");
  const png = await encodePng(new ImageData(300, 400));
  form.set("picture", new Blob([png]), "me.png");
  const chosen = await app.send("/account/profile", form, ada.cookie);
  assertEquals(to(chosen), "/account/profile?done=picture");
  const path = `/people/${ada.account.id}`;
  const seen = await html(app.ask(path, { cookie: ben.cookie }));
  assertMatch(seen, /&lt;b>Engines&lt;\/b>/);
  assertMatch(seen, /Asia\/Tokyo/);
  const source = seen.match(/src="(\/people\/[^"]*picture\?v=[^"]+)"/)?.[1]
    .replaceAll("&amp;", "&");
  const picture = await app.ask(source!, { cookie: ben.cookie });
  assertEquals(picture.headers.get("content-type"), "image/webp");
  assertEquals(
    new TextDecoder().decode((await picture.bytes()).slice(8, 12)),
    "WEBP",
  );
  await app.send("/account/profile", { intent: "no-picture" }, ada.cookie);
  assertEquals((await app.ask(source!, { cookie: ben.cookie })).status, 404);
  endPictures();
});

Deno.test("what is no picture, no zone, or too long a line is refused beside its field", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const tried = async (fields: Record<string, string | Blob>) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    const answer = await app.send("/account/profile", form, cookie);
    return [answer.status, /class="error"/.test(await answer.text())];
  };
  const picture = new Blob(["GIF89a, or so it says"]);
  assertEquals(await tried({ intent: "picture", picture }), [422, true]);
  assertEquals(
    await tried({ intent: "picture", picture: new Blob(["\xff\xd8\xff"]) }),
    [422, true],
  );
  assertEquals(await tried({ intent: "picture" }), [422, true]);
  assertEquals(
    await tried({ intent: "about", about: "x".repeat(161) }),
    [422, true],
  );
  assertEquals(
    await tried({ intent: "about", timeZone: "Moon/Crater" }),
    [422, true],
  );
  endPictures();
});

Deno.test("an open room is made, found and joined by forms, and left again", async () => {
  await using app = await testApp();
  const { ada, ben } = await three(app);
  const made = await app.send("/rooms/new", {
    ...{ name: "Tea", description: "For all", kind: "open" },
  }, ada.cookie);
  const path = to(made);
  const room = path.replace("/rooms/", "");
  assertEquals((await app.ask(path, { cookie: ben.cookie })).status, 404);
  const found = await html(app.ask("/rooms/open", { cookie: ben.cookie }));
  assertMatch(found, /Tea.*For all/s);
  const joined = await app.send("/rooms/open", { room }, ben.cookie);
  assertEquals(to(joined), path);
  assertEquals((await app.ask(path, { cookie: ben.cookie })).status, 200);
  await app.send(`${path}/members`, { intent: "leave" }, ben.cookie);
  assertEquals((await app.ask(path, { cookie: ben.cookie })).status, 404);
  const closed = await createRoom(app.services, ada.account, "Secret");
  const tried = await app.send("/rooms/open", { room: closed.id }, ben.cookie);
  assertEquals(tried.status, 404);
});

Deno.test("where nobody may make open rooms, the form does not offer it and is refused", async () => {
  await using app = await testApp({ OPEN_ROOMS: "nobody" });
  const { cookie } = await app.person("Ada");
  const form = await html(app.ask("/rooms/new", { cookie }));
  assert(!form.includes('name="kind"'));
  const fields = { name: "Tea", kind: "open" };
  assertEquals((await app.send("/rooms/new", fields, cookie)).status, 403);
});

Deno.test("whoever has not confirmed their address finds neither people nor open rooms", async () => {
  await using app = await testApp();
  const { ada, ben } = await three(app);
  await createRoom(app.services, ben.account, { name: "Tea", kind: "open" });
  await changeAccount(app.services.kv, ada.account.id, (record) => ({
    ...record,
    unconfirmedUntil: Date.now() + 60_000,
  }));
  const { cookie } = ada;
  assert(!(await html(app.ask("/people", { cookie }))).includes("Ben"));
  assert(!(await html(app.ask("/rooms/open", { cookie }))).includes("Tea"));
  const path = `/people/${ben.account.id}`;
  assertEquals((await app.send(path, {}, cookie)).status, 404);
  assertEquals(
    (await app.ask(`/people/${ada.account.id}`, { cookie: ben.cookie })).status,
    404,
  );
});

Deno.test("an admin archives a room by a form: it is read on a page of its own, until it is brought back", async () => {
  await using app = await testApp();
  const { ada, ben } = await three(app);
  const open = { name: "Tea", kind: "open", description: "" } as const;
  const { id } = await createRoom(app.services, ada.account, open);
  await app.send("/rooms/open", { room: id }, ben.cookie);
  const path = `/rooms/${id}`;
  await app.send(path, { content: "Before", clientId: "c1" }, ben.cookie);
  const act = (intent: string, cookie: string) =>
    app.send(`${path}/members`, { intent }, cookie);
  assertEquals((await act("archive", ben.cookie)).status, 403);
  assertEquals((await act("archive", ada.cookie)).status, 303);
  const opened = await app.ask(path, { cookie: ben.cookie });
  assertEquals(to(opened), `${path}/archive`);
  const read = await html(app.ask(`${path}/archive`, { cookie: ben.cookie }));
  for (const part of ["search", "files", "members"]) {
    const there = `${path}/${part}`;
    assert(read.includes(`href="${there}"`), part);
    assertEquals((await app.ask(there, ben)).status, 200);
  }
  assertMatch(read, /Before/);
  assert(
    !/<textarea|<script(?! type="speculationrules")(?![^<]*document\.hidden)/
      .test(read),
  );
  const members = await html(app.ask(`${path}/members`, ben));
  assert(!/Send invitation|Bring this room back/.test(members));
  const sent = await app.send(path, { content: "After" }, ben.cookie);
  assertEquals(sent.status, 409);
  assertMatch(await sent.text(), /This room is archived.*After/s);
  const list = await html(app.ask("/rooms", { cookie: ben.cookie }));
  assertMatch(list, /Archived/);
  assertEquals((await act("restore", ada.cookie)).status, 303);
  assertEquals((await app.ask(path, { cookie: ben.cookie })).status, 200);
  assertEquals(to(await app.ask(`${path}/archive`, ben)), path);
});

Deno.test("the only admin makes another one before they leave", async () => {
  await using app = await testApp();
  const { ada, ben } = await three(app);
  const open = { name: "Tea", kind: "open" } as const;
  const { id } = await createRoom(app.services, ada.account, open);
  await app.send("/rooms/open", { room: id }, ben.cookie);
  const members = `/rooms/${id}/members`;
  const page = await html(app.ask(members, ada));
  assertMatch(page, /You are the only admin/);
  const leave = { intent: "leave" };
  assertEquals((await app.send(members, leave, ada.cookie)).status, 409);
  const role = { intent: "role", member: ben.account.id, role: "admin" };
  assertEquals((await app.send(members, role, ben.cookie)).status, 403);
  assertEquals((await app.send(members, role, ada.cookie)).status, 303);
  assertEquals((await app.send(members, leave, ada.cookie)).status, 303);
  const end = await app.send(members, { intent: "end" }, ben.cookie);
  assertEquals(to(end), "/rooms");
});

Deno.test("a room's link is made, shown with its QR code, and followed by a stranger and by somebody here", async () => {
  await using app = await testApp();
  const { ada, ben } = await three(app);
  const { id } = await createRoom(app.services, ada.account, "Tea");
  const members = `/rooms/${id}/members`;
  const made = { intent: "link", days: "7", people: "10" };
  assertEquals((await app.send(members, made, ada.cookie)).status, 303);
  const shown = await html(app.ask(members, ada));
  const late = await app.send(members, made, ada.cookie);
  assertEquals(late.status, 409, "from a page that showed no link yet");
  const address = shown.match(/value="[^"]*(\/join\/[\w-]+)"/)?.[1] ?? "";
  assertMatch(shown, /<svg role="img" aria-label="The invitation link/);
  const told = await late.text();
  assertMatch(told, /somebody made a link for this room/);
  assert(told.includes(address));
  const stranger = await html(app.ask(address));
  assertMatch(stranger, /<bdi>Tea<\/bdi>.*Create an account/s);
  assertEquals(
    to(await app.send(address, {})),
    `/login?next=${encodeURIComponent(address)}`,
  );
  assertMatch(await html(app.ask(address, ben)), /Join the room/);
  assertEquals((await app.ask(`/rooms/${id}`, ben)).status, 404);
  assertEquals(to(await app.send(address, {}, ben.cookie)), `/rooms/${id}`);
  assertMatch(await html(app.ask(address, ben)), /Open the room/);
  assert(!(await html(app.ask(members, ben))).includes("Take the link back"));
  await app.send(members, { intent: "unlink" }, ada.cookie);
  const over = await app.ask(address);
  assertEquals(over.status, 410);
  assert(!(await over.text()).includes("Tea"));
});

Deno.test("whoever was removed is told so where a link leads, and is offered no way that is refused", async () => {
  await using app = await testApp();
  const { ada, ben } = await three(app);
  const { id } = await createRoom(app.services, ada.account, "Tea");
  const members = `/rooms/${id}/members`;
  const linked = async () => {
    const made = { intent: "link", days: "7", people: "10" };
    await app.send(members, made, ada.cookie);
    const shown = await html(app.ask(members, ada));
    return shown.match(/value="[^"]*(\/join\/[\w-]+)"/)?.[1] ?? "";
  };
  await app.send(await linked(), {}, ben.cookie);
  const remove = { intent: "remove", member: ben.account.id };
  assertEquals((await app.send(members, remove, ada.cookie)).status, 303);
  const address = await linked();
  for (const send of [false, true]) {
    const answer =
      await (send ? app.send(address, {}, ben.cookie) : app.ask(address, ben));
    assertEquals(answer.status, 403);
    const page = await answer.text();
    assertMatch(page, /An admin removed you from this room/);
    assertMatch(page, /Go to your rooms/);
    assert(!/Join the room|You are invited/.test(page));
  }
});
