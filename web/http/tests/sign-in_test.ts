import { assert, assertEquals, assertMatch } from "@std/assert";
import { pictureOf, testApp, withoutNumbers } from "../testing/app.ts";
import {
  codeIn,
  cookieOf,
  firstStep,
  withFile,
} from "../testing/form-answers.ts";

Deno.test("wrong password and unknown e-mail answer alike", async () => {
  await using app = await testApp();
  const { account } = await app.person("Ada");
  const known = await app.send("/login", {
    email: account.email,
    password: "not this one",
  });
  const unknown = await app.send("/login", {
    email: "nobody@example.com",
    password: "not this one",
  });
  assertEquals([known.status, unknown.status], [401, 401]);
  const [a, b] = [await known.text(), await unknown.text()]
    .map(withoutNumbers);
  assertEquals(
    a.replaceAll(account.email, "E-MAIL"),
    b.replaceAll("nobody@example.com", "E-MAIL"),
  );
});

Deno.test("no session exists before password and face have both passed", async () => {
  await using app = await testApp();
  const { account } = await app.person("Ada");
  const cookie = await firstStep(app, account.email);
  const rooms = await app.ask("/rooms", { cookie });
  assertEquals(rooms.headers.get("location"), "/login?next=%2Frooms");

  const path = "/login/face?next=/account";
  const wrong = await app.send(path, withFile({}, pictureOf("Eve")), cookie);
  assertEquals(wrong.status, 401);
  assertEquals(cookieOf(wrong, "chatsphere_session"), "");
  assertMatch(await wrong.text(), /id="selfie-error"[^>]* autofocus/);

  const right = await app.send(path, withFile({}, pictureOf("Ada")), cookie);
  assertEquals(right.status, 303);
  assertEquals(right.headers.get("location"), "/account");
  const session = cookieOf(right, "chatsphere_session");
  assertEquals((await app.ask("/rooms", { cookie: session })).status, 200);
  const again = await app.send(path, withFile({}, pictureOf("Ada")), cookie);
  assertMatch(again.headers.get("location") ?? "", /^\/login\?late/);
});

Deno.test("after five faces that do not match the password is asked again, which says why", async () => {
  await using app = await testApp();
  const { account } = await app.person("Ada");
  const cookie = await firstStep(app, account.email);
  const path = "/login/face?next=/account";
  const eve = () => app.send(path, withFile({}, pictureOf("Eve")), cookie);
  for (let n = 1; n < 5; n++) assertEquals((await eve()).status, 401);
  const last = (await eve()).headers.get("location")!;
  assertEquals(last, "/login?tries&next=%2Faccount");
  assertMatch(
    await (await app.ask(last)).text(),
    /None of your five tries matched/,
  );
  const late = (await eve()).headers.get("location")!;
  assertMatch(await (await app.ask(late)).text(), /longer than 5 minutes/);
});

Deno.test("with liveness the face page asks for a second photo, turned to the side it names", async () => {
  await using app = await testApp({ FACE_LIVENESS: "turn" });
  const { account } = await app.person("Ada");
  const cookie = await firstStep(app, account.email);
  const path = "/login/face?next=/account";
  const sideIn = async (answer: Response) => {
    const html = await answer.text();
    assertEquals(html.match(/<input[^>]*type="file"/g)?.length, 2);
    const label = /<label>Head turned to your (\w+) *<input/;
    return { html, side: html.match(label)![1] };
  };
  const turned = (whom: string, side: string) =>
    pictureOf(whom, side === "left" ? 30 : -30);
  const { side } = await sideIn(await app.ask(path, { cookie }));

  const one = await app.send(path, withFile({}, pictureOf("Ada")), cookie);
  assertEquals(one.status, 422);
  const kept = await sideIn(one);
  assertMatch(kept.html, /id="selfie-error"[^]*We need two photos/);
  assertEquals(kept.side, side);

  const flat = withFile({}, pictureOf("Ada"), pictureOf("Ada"));
  const refused = await app.send(path, flat, cookie);
  assertEquals(refused.status, 401);
  assertEquals(cookieOf(refused, "chatsphere_session"), "");
  const { html, side: next } = await sideIn(refused);
  assertMatch(html, new RegExp(`id="selfie-error"[^]*to your ${next}\\.`));

  const both = withFile({}, pictureOf("Ada"), turned("Ada", next));
  const right = await app.send(path, both, cookie);
  assertEquals(right.headers.get("location"), "/account");
  assert(cookieOf(right, "chatsphere_session"));
});

Deno.test("without liveness the face page asks for one photo", async () => {
  await using app = await testApp();
  const { account } = await app.person("Ada");
  const cookie = await firstStep(app, account.email);
  const html = await (await app.ask("/login/face", { cookie })).text();
  assertEquals(html.match(/<input[^>]*type="file"/g)?.length, 1);
  assert(!/your head/.test(html));
});

Deno.test("a code by e-mail takes the place of the face", async () => {
  await using app = await testApp();
  const { account } = await app.person("Ada");
  const cookie = await firstStep(app, account.email);
  const sent = await app.send("/login/code", { intent: "send" }, cookie);
  assertEquals(sent.status, 303);
  const first = codeIn(app);

  const again = await app.send("/login/code", { intent: "again" }, cookie);
  const told = await app.ask(again.headers.get("location")!, { cookie });
  assertMatch(await told.text(), /You have a new code/);
  assertEquals(app.mails.length, 2);
  const old = await app.send("/login/code", { code: first }, cookie);
  assertEquals(old.status, 401);
  const code = codeIn(app);

  const wrong = await app.send("/login/code", { code: "1" }, cookie);
  assertEquals(wrong.status, 401);
  assertMatch(await wrong.text(), /id="code-error"/);
  const right = await app.send("/login/code", { code }, cookie);
  assertEquals(right.status, 303);
  assert(cookieOf(right, "chatsphere_session"));
});

Deno.test("signing in never leads to another site", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  for (const next of ["//evil.example", "https://evil.example", "/\\evil"]) {
    const path = `/login?next=${encodeURIComponent(next)}`;
    const answer = await app.ask(path, { cookie });
    assertEquals(answer.headers.get("location"), "/rooms");
  }
});

Deno.test("signing out ends the session on the server", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  assertEquals((await app.send("/logout", {}, cookie)).status, 303);
  const rooms = await app.ask("/rooms", { cookie });
  assertEquals(rooms.status, 303);
});

Deno.test("the password deletes the face, and signing in goes on with a code", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const form = { intent: "delete-face", password: "correct horse battery" };
  const answer = await app.send("/account", form, cookie);
  assertEquals(answer.headers.get("location"), "/account?done=delete-face");
  const page = await (await app.ask("/account?done=delete-face", { cookie }))
    .text();
  assertMatch(page, /Face deleted/);
  const login = await app.send("/login", {
    email: account.email,
    password: "correct horse battery",
  });
  assertMatch(login.headers.get("location") ?? "", /^\/login\/code/);
  assertMatch(app.mails.at(-1)!.subject, /code/);
});

Deno.test("another face is stored only with consent and the password", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const password = "correct horse battery";
  const picture = pictureOf("Ada with glasses");
  const store = (fields: Record<string, string>) =>
    app.send("/account/face", withFile(fields, picture), cookie);

  const unasked = await store({ password });
  assertEquals(unasked.status, 422);
  assertMatch(await unasked.text(), /id="consent-error"/);
  const stolen = await store({ consent: "yes", password: "a guess at it" });
  assertEquals(stolen.status, 403);
  assertMatch(await stolen.text(), /id="password-error"/);
  const stored = await store({ consent: "yes", password });
  assertEquals(stored.headers.get("location"), "/account?done=face");

  const half = await firstStep(app, account.email);
  const face = withFile({}, picture);
  const signedIn = await app.send("/login/face?next=/account", face, half);
  assertEquals(signedIn.status, 303);
});

Deno.test("what was done is said once it is done, and only what can be", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const password = "correct horse battery";
  const form = { intent: "delete-account", password };
  const gone = await app.send("/account", form, cookie);
  const page = await app.ask(gone.headers.get("location")!);
  assertMatch(await page.text(), /role="status"[^]*was deleted/);
  const login = await app.send("/login", { email: account.email, password });
  assertEquals(login.status, 401);
  for (const done of ["", "toString", "__proto__", "<b>"]) {
    const odd = await app.ask(`/?done=${encodeURIComponent(done)}`);
    assertEquals(odd.status, 200);
    assert(!(await odd.text()).includes('role="status"'), done);
  }
});

Deno.test("a face that matches, but not clearly, leads to a code by e-mail, which signs in", async () => {
  await using app = await testApp();
  const { account } = await app.person("Ada");
  const cookie = await firstStep(app, account.email);
  const path = "/login/face?next=/account";
  const answer = await app.send(path, withFile({}, pictureOf("Ada?")), cookie);
  assertEquals(answer.status, 303);
  assertEquals(cookieOf(answer, "chatsphere_session"), "");
  const codePath = answer.headers.get("location")!;
  assertEquals(codePath, "/login/code?unclear&next=%2Faccount");
  const html = await (await app.ask(codePath, { cookie })).text();
  assertMatch(html, /not clearly enough to sign in with it alone/);
  const [code] = app.mails.at(-1)!.text.match(/\d{3} \d{3}/)!;
  const right = await app.send(codePath, { code }, cookie);
  assertEquals(right.headers.get("location"), "/account");
  const session = cookieOf(right, "chatsphere_session");
  assertEquals((await app.ask("/rooms", { cookie: session })).status, 200);
});
