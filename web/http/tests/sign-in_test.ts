import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  pictureOf,
  type TestApp,
  testApp,
  withoutNumbers,
} from "../testing/app.ts";

const cookieOf = (answer: Response, name: string): string =>
  answer.headers.getSetCookie()
    .find((cookie) => cookie.startsWith(`${name}=`))?.split(";")[0] ?? "";

function withFile(
  fields: Record<string, string>,
  ...pictures: Uint8Array<ArrayBuffer>[]
): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  for (const picture of pictures) {
    form.append("selfie", new File([picture], "me.jpg"));
  }
  return form;
}

const NEWCOMER = {
  name: "Grace Hopper",
  email: "grace@example.com",
  password: "nine lives of a cat",
  consent: "yes",
};

/** The right password, and the cookie of the half-way state. */
async function firstStep(app: TestApp, email: string): Promise<string> {
  const password = "correct horse battery";
  const answer = await app.send("/login?next=/account", { email, password });
  assertEquals(answer.status, 303);
  assertEquals(
    answer.headers.get("location"),
    "/login/face?next=%2Faccount",
  );
  assertEquals(cookieOf(answer, "chatsphere_session"), "");
  return cookieOf(answer, "chatsphere_login");
}

Deno.test("registering signs in and goes on to where the person was headed", async () => {
  await using app = await testApp();
  const form = withFile(NEWCOMER, pictureOf("Grace"));
  const answer = await app.send("/register?next=/invitations/abc", form);
  assertEquals(answer.status, 303);
  assertEquals(answer.headers.get("location"), "/invitations/abc");
  const cookie = cookieOf(answer, "chatsphere_session");
  const account = await (await app.ask("/account", { cookie })).text();
  assertMatch(account, /Grace Hopper/);
});

Deno.test("a registration with mistakes comes back with what was typed and each mistake beside its field", async () => {
  await using app = await testApp();
  const { consent: _consent, ...noConsent } = NEWCOMER;
  const form = withFile({ ...noConsent, email: "grace@", password: "short" });
  const answer = await app.send("/register", form);
  assertEquals(answer.status, 422);
  const html = await answer.text();
  assertMatch(html, /value="Grace Hopper"/);
  assertMatch(html, /value="grace@"/);
  // The page opens at the sentence that names what is wrong, and what was not kept.
  assertMatch(
    html,
    /role="alert" tabindex="-1" autofocus>[^]*so add both again/,
  );
  for (const field of ["email", "password", "consent", "selfie"]) {
    assert(html.includes(`id="${field}-error"`), `nothing beside ${field}`);
    assertMatch(html, new RegExp(`aria-describedby="[^"]*${field}-error`));
  }
  assert(!html.includes('value="short"'), "the password was sent back");
  assert(!html.includes('id="name-error"'));
});

/** The digits in the newest e-mail. */
const codeIn = (app: TestApp): string =>
  app.mails.at(-1)!.text.match(/\d{3} \d{3}/)![0];

Deno.test("somebody who shows no face signs up with a code by e-mail, and with nothing less", async () => {
  await using app = await testApp();
  const html = await (await app.ask("/register")).text();
  // The camera leads, and the other way stands beside it.
  assertMatch(html, /value="face" checked[^]*value="code"/);
  const { consent: _consent, ...fields } = NEWCOMER;
  const form = { ...fields, factor: "code" };
  const answer = await app.send("/register?next=/account", form);
  assertEquals(answer.status, 303);
  assertEquals(cookieOf(answer, "chatsphere_session"), "");
  assertEquals(answer.headers.get("location"), "/login/code?next=%2Faccount");
  const half = cookieOf(answer, "chatsphere_login");
  const rooms = await app.ask("/rooms", { cookie: half });
  assertEquals(rooms.headers.get("location"), "/login?next=%2Frooms");
  // One e-mail: the code is the proof of the address, too.
  assertEquals(app.mails.map(({ subject }) => subject), [
    "Your ChatSphere sign-in code",
  ]);
  const code = codeIn(app);
  const right = await app.send("/login/code?next=/account", { code }, half);
  const cookie = cookieOf(right, "chatsphere_session");
  const account = await (await app.ask("/account", { cookie })).text();
  assertMatch(account, /Grace Hopper/);
  assert(!account.includes("Confirm your e-mail"));
  assertMatch(account, /No face is stored/);
});

Deno.test("a registration whose code cannot be sent goes on where another can be asked for", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const { mailer } = s;
  s.mailer = { send: () => Promise.reject(new Error("no mail today")) };
  const form = { ...NEWCOMER, factor: "code" };
  const answer = await app.send("/register", form);
  const path = answer.headers.get("location")!;
  assertEquals(path, "/login/code?unsent&next=%2Frooms");
  const cookie = cookieOf(answer, "chatsphere_login");
  assertMatch(
    await (await app.ask(path, { cookie })).text(),
    /could not be sent/,
  );
  s.mailer = mailer;
  await app.send("/login/code", { intent: "again" }, cookie);
  const right = await app.send("/login/code", { code: codeIn(app) }, cookie);
  assert(cookieOf(right, "chatsphere_session"));
});

Deno.test("where faces are required nobody registers without one", async () => {
  await using app = await testApp({ FACE_SIGN_IN: "required" });
  const html = await (await app.ask("/register")).text();
  assert(!html.includes('name="factor"'));
  const answer = await app.send("/register", { ...NEWCOMER, factor: "code" });
  assertEquals(answer.status, 422);
  assertMatch(await answer.text(), /id="selfie-error"/);
});

Deno.test("where faces are off nobody new is asked for one, and whoever has one keeps it", async () => {
  await using app = await testApp({ FACE_SIGN_IN: "off" });
  const html = await (await app.ask("/register")).text();
  assert(!html.includes('type="file"') && !html.includes('name="consent"'));
  const form = withFile(NEWCOMER, pictureOf("Grace"));
  const answer = await app.send("/register", form);
  assertMatch(answer.headers.get("location")!, /^\/login\/code/);
  const { account, cookie } = await app.person("Ada");
  await firstStep(app, account.email);
  const page = await (await app.ask("/account", { cookie })).text();
  assertMatch(page, /Delete my face/);
  assert(!page.includes("/account/face"));
  const face = await app.ask("/account/face", { cookie });
  assertEquals(face.headers.get("location"), "/account");
});

Deno.test("a picture without a face keeps the form and says what to do", async () => {
  await using app = await testApp();
  const form = withFile(NEWCOMER, new TextEncoder().encode("a landscape"));
  const answer = await app.send("/register", form);
  assertEquals(answer.status, 422);
  const html = await answer.text();
  assertMatch(html, /No face was found/);
  assertMatch(html, /value="grace@example\.com"/);
});

Deno.test("a form of very many parts is refused before they are parsed", async () => {
  // A hundred thousand of them fit into 8 MB, and took the server four seconds.
  await using app = await testApp();
  const form = new FormData();
  for (let n = 0; n < 200; n++) form.set(`field${n}`, "x");
  const answer = await app.send("/register", form);
  assertEquals(answer.status, 400);
  assertMatch(await answer.text(), /arrived damaged/);
});

Deno.test("more than 8 MB is refused on the form itself", async () => {
  await using app = await testApp();
  const form = withFile(NEWCOMER, new Uint8Array(8 * 1024 * 1024));
  const answer = await app.send("/register", form);
  assertEquals(answer.status, 413);
  const html = await answer.text();
  assertMatch(html, /id="selfie-error"[^]*more than 8 MB/);
  assertMatch(html, /value="Grace Hopper"/);
  assertMatch(html, /value="grace@example\.com"/);
});

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
