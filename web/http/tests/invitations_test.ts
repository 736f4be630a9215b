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

Deno.test("an invitation to an archived room says so to everyone, offers no way in, and works again", async () => {
  await using app = await testApp();
  const { path, cookie } = await withRoom(app);
  const jonas = await app.person("Jonas");
  const members = (form: Record<string, string>) =>
    app.send(`${path}/members`, form, cookie);
  await members({ intent: "invite", email: jonas.account.email });
  const link = invitationPath(app);
  const isOffered = async () =>
    (await html(app.ask("/rooms", jonas))).includes("invites you to a room");
  assertEquals(await isOffered(), true);
  await members({ intent: "archive" });
  assertEquals(await isOffered(), false);
  for (const who of [undefined, jonas.cookie]) {
    const page = await html(app.ask(link, { cookie: who }));
    assertMatch(page, /invites you[^]*archived, so nobody can join/);
    assert(!page.includes("/register?next="));
    assert(!page.includes("Join the room"));
  }
  // Archived after the page was opened.
  const late = await app.send(link, { answer: "accept" }, jonas.cookie);
  assertEquals(late.status, 409);
  assertMatch(
    await late.text(),
    /nobody can join it until an admin brings it back\. The invitation stays open/,
  );
  await members({ intent: "restore" });
  const joined = await app.send(link, { answer: "accept" }, jonas.cookie);
  assertEquals(joined.headers.get("location"), path);
});

Deno.test("an invitation whose room ended says so, and not that its link is broken", async () => {
  await using app = await testApp();
  const { path, cookie } = await withRoom(app);
  const invite = { intent: "invite", email: "jonas@example.com" };
  await app.send(`${path}/members`, invite, cookie);
  const link = invitationPath(app);
  await app.send(`${path}/members`, { intent: "end" }, cookie);
  const answer = await app.ask(link);
  assertEquals(answer.status, 410);
  assertMatch(await answer.text(), /room of this invitation no longer exists/);
});

Deno.test("two admins who do the same at once are told what became of it", async () => {
  await using app = await testApp();
  const { path, cookie } = await withRoom(app);
  const members = async (form: Record<string, string>) => {
    const answer = await app.send(`${path}/members`, form, cookie);
    return { status: answer.status, text: await answer.text() };
  };
  const jonas = await app.person("Jonas");
  await members({ intent: "invite", email: "jonas@example.com" });
  const page = await html(app.ask(`${path}/members`, { cookie }));
  const invitation = page.match(/name="invitation" value="([^"]+)"/)![1];
  await app.send(invitationPath(app), { answer: "accept" }, jonas.cookie);
  const revoked = await members({ intent: "revoke", invitation });
  assertEquals(revoked.status, 404);
  assertMatch(revoked.text, /used, declined or revoked in the meantime/);
  const resent = await members({ intent: "resend", invitation });
  assertEquals(resent.status, 410);
  assertMatch(resent.text, /has already been used/);
  const member = jonas.account.id;
  assertEquals((await members({ intent: "remove", member })).status, 303);
  for (const intent of ["remove", "role"]) {
    const { status, text } = await members({ intent, member, role: "admin" });
    assertEquals(status, 404);
    assertMatch(text, /This person is not in the room/);
    assert(!text.includes("There is no such room"));
  }
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
