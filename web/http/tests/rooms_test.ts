import { assert, assertEquals, assertMatch } from "@std/assert";
import { AppError } from "../../errors.ts";
import { testApp } from "../testing/app.ts";
import { html, invitationPath, withRoom } from "../testing/rooms.ts";

Deno.test("people who are not signed in are sent to do so, and back", async () => {
  await using app = await testApp();
  const answer = await app.ask("/rooms/abc/members?x=1");
  assertEquals(
    answer.headers.get("location"),
    "/login?next=%2Frooms%2Fabc%2Fmembers%3Fx%3D1",
  );
});

Deno.test("someone who is no member gets 404 from every page of a room", async () => {
  await using app = await testApp();
  const { path, room } = await withRoom(app, "Secret plans");
  const { cookie } = await app.person("Eve");
  const pages = ["", "/members", "/live", "/search?q=plans", "/around/1"];
  for (const page of pages.map((end) => path + end)) {
    const answer = await app.ask(page, { cookie });
    assertEquals(answer.status, 404, page);
    assert(!(await answer.text()).includes("Secret plans"), page);
  }
  const posts = [
    await app.send(path, { content: "hello" }, cookie),
    await app.send(`${path}/members`, {
      intent: "invite",
      email: "eve@example.com",
    }, cookie),
  ];
  assertEquals(posts.map((answer) => answer.status), [404, 404]);
  const history = await app.realtime.history(
    { id: "", name: "" },
    room.id,
    {},
  );
  assertEquals(history.messages, []);
  assertEquals(app.mails, []);
});

Deno.test("a room's stylesheet is asked for before its scripts, and its rows carry no buttons", async () => {
  await using app = await testApp();
  const { path, cookie } = await withRoom(app);
  await app.send(path, { content: "hello" }, cookie);
  const answer = await app.ask(path, { cookie });
  assertMatch(
    answer.headers.get("link") ?? "",
    /^<\/styles\.css[^>]*>; rel="preload"; as="style"/,
  );
  const [row] = /<li class="message.*?<\/li>/.exec(await answer.text()) ?? [""];
  assert(row.includes("hello"));
  // Nobody can press them before script runs, which adds them.
  assert(!row.includes("<button"));
});

Deno.test("a message is sent by a form, and shown escaped", async () => {
  await using app = await testApp();
  const { path, cookie } = await withRoom(app);
  const content = "<script>alert(1)</script>\r\nsecond line";
  const sent = await app.send(path, { content, clientId: "c1" }, cookie);
  assertEquals(sent.status, 303);
  assertEquals(sent.headers.get("location"), `${path}?newest`);
  const page = await html(app.ask(path, { cookie }));
  assertMatch(page, /&lt;script>alert\(1\)&lt;\/script>\nsecond line/);
  // In the script with the island's props it may stand, as long as it cannot end it.
  const island = /<script type="module".*?<\/script>/s;
  assertMatch(page.match(island)?.[0] ?? "", /alert\(1\)/);
  assert(!page.replace(island, "").includes("<script>alert"));
});

Deno.test("a message that cannot be sent stays in the form", async () => {
  await using app = await testApp();
  const { path, cookie } = await withRoom(app);
  const content = "too long ".repeat(1_500);
  const long = await app.send(path, { content }, cookie);
  assertEquals(long.status, 422);
  assertMatch(await long.text(), /<textarea[^>]*>too long too long/);
  // What no form of ours takes is not sent back; the browser's own way back keeps it.
  const far = await app.send(path, { content: content + content }, cookie);
  assertEquals(far.status, 413);

  app.realtime.isDown = true;
  const down = await app.send(path, { content: "for later" }, cookie);
  assertEquals(down.status, 503);
  assertMatch(await down.text(), /<textarea[^>]*>for later/);
});

Deno.test("a message whose answer got lost is not sent twice, nor is what is written after it", async () => {
  await using app = await testApp();
  const { path, cookie, account, room } = await withRoom(app);
  const { realtime } = app;
  const { post } = realtime;
  const idOf = (page: string) =>
    page.match(/name="clientId" value="([^"]+)"/)?.[1] ?? "";
  const contents = async () => {
    const { messages } = await realtime.history(
      account,
      room.id,
      {},
    );
    return messages.map(({ content }) => content);
  };
  // Stored, but the answer comes too late.
  realtime.post = async (...message) => {
    await post(...message);
    throw new AppError({
      code: "realtime-down",
      status: 503,
      message: "Late.",
    });
  };
  const late = await app.send(path, { content: "one loaf" }, cookie);
  const page = await late.text();
  assertMatch(page, /<textarea[^>]*>one loaf/);
  realtime.post = post;
  const clientId = idOf(page);
  await app.send(path, { content: "one loaf", clientId }, cookie);
  assertEquals(await contents(), ["one loaf"]);
  await app.send(path, { content: "two loaf", clientId }, cookie);
  assertEquals(await contents(), ["one loaf", "two loaf"]);
  // What realtime stores otherwise than it was typed is the same all the same.
  realtime.post = async (...[who, where, draft]) => {
    const content = draft.content.replace(":tada:", "🎉");
    return await post(who, where, { ...draft, content });
  };
  await app.send(path, { content: "Done :tada:" }, cookie);
  assertEquals(await contents(), ["one loaf", "two loaf", "Done 🎉"]);
});

Deno.test("with realtime down the pages still load and say so", async () => {
  await using app = await testApp();
  const { path, cookie } = await withRoom(app);
  app.realtime.isDown = true;
  const list = await app.ask("/rooms", { cookie });
  assertEquals(list.status, 200);
  const page = await list.text();
  assertMatch(page, /Bakery/);
  assertMatch(page, /unavailable/);
  const room = await app.ask(path, { cookie });
  assertEquals(room.status, 200);
  const around = await app.ask(`${path}/around/1`, { cookie });
  assertEquals(around.status, 503);
  assertMatch(await around.text(), /<a[^>]* href(="")?>Try again/);
  // Without script, a frame that begins with the newest as soon as they can be reached.
  assertMatch(await room.text(), /<iframe[^>]* src="[^"?]+\/live"/);
});

Deno.test("the list shows the last message and what is unread, also after somebody fetched the room", async () => {
  await using app = await testApp();
  const { path, cookie, room } = await withRoom(app);
  const { account: jonas } = await app.person("Jonas");
  const draft = { clientId: "c", content: "The oven is here" };
  await app.realtime.post(jonas, room.id, draft);
  const before = await html(app.ask("/rooms", { cookie }));
  assertMatch(before, /Jonas[^]*The oven is here[^]*1<span[^>]*>unread/);
  await html(app.ask(path, { cookie }));
  await app.ask(path, { cookie, method: "HEAD" });
  const after = await html(app.ask("/rooms", { cookie }));
  assertMatch(after, /1<span[^>]*>unread/);
});

Deno.test("a room without a name comes back with the sentence beside it", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const answer = await app.send("/rooms", { name: "  " }, cookie);
  assertEquals(answer.status, 422);
  assertMatch(await answer.text(), /id="name-error"/);
  const made = await app.send("/rooms", { name: "Bakery" }, cookie);
  assertEquals(made.status, 303);
  assertMatch(made.headers.get("location") ?? "", /^\/rooms\/[\w-]+$/);
});

Deno.test("only admins see and may use what changes the room", async () => {
  await using app = await testApp();
  const { path, cookie, account } = await withRoom(app);
  const members = `${path}/members`;
  const email = "jonas@example.com";
  await app.send(members, { intent: "invite", email }, cookie);
  const jonas = await app.person("Jonas");
  await app.send(invitationPath(app), { answer: "accept" }, jonas.cookie);

  const page = await html(app.ask(members, { cookie: jonas.cookie }));
  assert(!page.includes('value="remove"') && !page.includes('value="rename"'));
  const remove = { intent: "remove", member: account.id };
  const refused = await app.send(members, remove, jonas.cookie);
  assertEquals(refused.status, 403);

  const out = { intent: "remove", member: jonas.account.id };
  const answer = await app.send(members, out, cookie);
  assertEquals(answer.status, 303);
  const told = answer.headers.getSetCookie().map((one) => one.split(";")[0]);
  const done = await html(app.ask(answer.headers.get("location") ?? "", {
    cookie: [cookie, ...told].join("; "),
  }));
  assertMatch(done, /role="status"[^]*<bdi>Jonas<\/bdi> was removed\./);
  assertEquals((await app.ask(path, { cookie: jonas.cookie })).status, 404);
});

Deno.test("a message sent after the session ended is shown again, to be kept", async () => {
  await using app = await testApp();
  const { path } = await withRoom(app);
  const answer = await app.send(path, { content: "Hard to <write> again" });
  assertEquals(answer.status, 401);
  const page = await answer.text();
  assertMatch(page, /<textarea[^>]*readonly[^>]*>Hard to &lt;write> again</);
  assertMatch(page, /href="\/login\?next=%2Frooms%2F/);
  assertEquals(page.match(/<header/g)?.length, 1);
  assertEquals(page.match(/<main/g)?.length, 1);
});

Deno.test("a form sent after the session ended leads to signing in, which says so", async () => {
  await using app = await testApp();
  const { path } = await withRoom(app);
  const rename = { intent: "rename", name: "Kitchen" };
  const answer = await app.send(`${path}/members`, rename);
  const login = answer.headers.get("location")!;
  assertMatch(login, /^\/login\?ended&next=%2Frooms%2F/);
  assertMatch(await html(app.ask(login)), /You were signed out/);
  const asked = await app.ask(`${path}/members`);
  assert(!asked.headers.get("location")!.includes("ended"));
});

Deno.test("a form the members page does not have is refused, and not passed over in silence", async () => {
  await using app = await testApp();
  const { path, cookie } = await withRoom(app);
  const answer = await app.send(`${path}/members`, { intent: "x" }, cookie);
  assertEquals(answer.status, 400);
  assertMatch(await answer.text(), /This form is out of date/);
});

Deno.test("what a room cannot take is told in words about a message, not a photo or an address", async () => {
  await using app = await testApp();
  const { path, cookie } = await withRoom(app);
  const large = await app.send(path, { content: "x".repeat(9e6) }, cookie);
  assertEquals(large.status, 413);
  const page = await large.text();
  assertMatch(page, /too much text to send/);
  assert(!page.includes("photo"));
  const json = await app.ask(path, {
    method: "POST",
    body: "{}",
    headers: { "content-type": "application/json" },
    cookie,
  });
  assertEquals(json.status, 415);
  const refusal = await json.text();
  assertMatch(refusal, /That didn’t work[^]*accepts only forms/);
  assert(!refusal.includes("There is nothing here"));
});

Deno.test("a new room is made beside the others, on a page that opens at its field", async () => {
  await using app = await testApp();
  const { path, cookie } = await withRoom(app);
  const page = await html(app.ask("/rooms/new", { cookie }));
  assert(page.includes(`class="sidebar-link" href="${path}"`));
  assertMatch(page, /<input[^>]*autofocus[^>]*name="name"/);
  const refused = await app.send("/rooms/new", { name: " " }, cookie);
  assertEquals(refused.status, 422);
  assert((await refused.text()).includes('class="sidebar-link"'));
  const made = await app.send("/rooms/new", { name: "Kitchen" }, cookie);
  assertMatch(made.headers.get("location") ?? "", /^\/rooms\/[\w-]{22}$/);
});
