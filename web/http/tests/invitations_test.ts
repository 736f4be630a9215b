import { assert, assertEquals, assertMatch } from "@std/assert";
import { testApp } from "../testing/app.ts";
import { html, invitationPath, withRoom } from "../testing/rooms.ts";

Deno.test("a newcomer follows an invitation, signs in, joins, and the link is used up", async () => {
  await using app = await testApp();
  const { path, cookie } = await withRoom(app);
  const email = "jonas@example.com";
  const sent = await app.send(
    `${path}/members`,
    { intent: "invite", email },
    cookie,
  );
  const done = sent.headers.get("location")!;
  assertMatch(await html(app.ask(done, { cookie })), /href="\/outbox"/);
  const link = invitationPath(app);

  const stranger = await html(app.ask(link));
  assertMatch(stranger, /Bakery[^]*Ada<.bdi> invites you to this room\./);
  assert(stranger.includes(`/register?next=${encodeURIComponent(link)}`));

  const jonas = await app.person("Jonas");
  const joined = await app.send(link, { answer: "accept" }, jonas.cookie);
  assertEquals(joined.headers.get("location"), path);
  assertEquals((await app.ask(path, { cookie: jonas.cookie })).status, 200);

  const late = await app.person("Late");
  const page = await html(app.ask(link, { cookie: late.cookie }));
  assertMatch(page, /has been used/);
  assertEquals((await app.ask(path, { cookie: late.cookie })).status, 404);
  // Jonas opens the e-mail again on a device where he is not signed in.
  const again = await html(app.ask(link));
  assert(again.includes(`/login?next=${encodeURIComponent(link)}`));
});

Deno.test("an invitation can be declined without an account, and revoked", async () => {
  await using app = await testApp();
  const { path, cookie } = await withRoom(app);
  const invite = { intent: "invite", email: "jonas@example.com" };
  await app.send(`${path}/members`, invite, cookie);
  await app.send(invitationPath(app), { answer: "decline" });
  assertMatch(await html(app.ask(invitationPath(app))), /was declined/);

  await app.send(`${path}/members`, invite, cookie);
  const page = await html(app.ask(`${path}/members`, { cookie }));
  const invitation = page.match(/name="invitation" value="([^"]+)"/)![1];
  await app.send(`${path}/members`, { intent: "revoke", invitation }, cookie);
  assertMatch(await html(app.ask(invitationPath(app))), /was revoked/);
});

Deno.test("members are led from an invitation into the room, and cannot spend it", async () => {
  await using app = await testApp();
  const { path, cookie } = await withRoom(app);
  const invite = { intent: "invite", email: "jonas@example.com" };
  await app.send(`${path}/members`, invite, cookie);
  const link = invitationPath(app);
  const inside = new RegExp(`stays open for someone else[^]*href="${path}"`);
  const page = await html(app.ask(link, { cookie }));
  assertMatch(page, inside);
  assert(!page.includes('value="decline"'));
  const again = await app.send(link, { answer: "accept" }, cookie);
  assertEquals(again.status, 409);
  assertMatch(await again.text(), inside);

  const jonas = await app.person("Jonas");
  const open = await html(app.ask(link, { cookie: jonas.cookie }));
  assertMatch(open, /You join as[^]*Jonas/);
  await app.send(link, { answer: "accept" }, jonas.cookie);
  const used = await html(app.ask(link, { cookie: jonas.cookie }));
  assertMatch(used, /You are a member[^]*Open the room/);
  assert(!used.includes("stays open"));
});

Deno.test("after inviting, the notice and the link stand by the form, for whoever invited", async () => {
  await using app = await testApp();
  const { path, cookie } = await withRoom(app);
  const invite = { intent: "invite", email: "jonas@example.com" };
  const sent = await app.send(`${path}/members`, invite, cookie);
  const done = sent.headers.get("location")!;
  const given = sent.headers.get("set-cookie")!.split(";")[0];
  const link = invitationPath(app);
  const page = await html(app.ask(done, { cookie: `${cookie}; ${given}` }));
  assertMatch(
    page,
    new RegExp(`id="invite"[^]*autofocus[^]*readonly[^>]*value="[^"]*${link}"`),
  );
  const elsewhere = await html(app.ask(done, { cookie }));
  assert(!elsewhere.includes(link));
});

Deno.test("an invitation shows on the list of whoever was invited, and fills in their address", async () => {
  await using app = await testApp();
  const { path, cookie } = await withRoom(app);
  const jonas = await app.person("Jonas");
  const { email } = jonas.account;
  await app.send(`${path}/members`, { intent: "invite", email }, cookie);
  const link = invitationPath(app);
  const list = await html(app.ask("/rooms", { cookie: jonas.cookie }));
  // The whole sentence, however narrow the screen: a name takes more lines, and is not cut.
  assertMatch(
    list,
    /<span class="found-text"><bdi>Ada<\/bdi> invites you to a room/,
  );
  // Nobody has proved that the address is theirs.
  assert(!list.includes("Bakery") && !list.includes(link));
  const invitation = list.match(/name="invitation" value="([^"]+)"/)![1];
  const ask = { intent: "link", invitation };
  const stranger = await app.person("Eve");
  const refused = await app.send("/rooms", ask, stranger.cookie);
  assertEquals([refused.status, app.mails.length], [404, 1]);
  await app.send("/rooms", ask, jonas.cookie);
  assertEquals(app.mails.map(({ to }) => to), [email, email]);
  const anew = invitationPath(app);
  const form = await html(app.ask(`/register?next=${anew}`));
  assertMatch(form, new RegExp(`type="email"[^>]*value="${email}"`));
  await app.send(anew, { answer: "accept" }, jonas.cookie);
  const after = await html(app.ask("/rooms", { cookie: jonas.cookie }));
  assert(!after.includes("Invitations for you"));
});
