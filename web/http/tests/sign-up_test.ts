import { assert, assertEquals, assertMatch } from "@std/assert";
import { findAccountByEmail } from "../../accounts/accounts.ts";
import { newDeviceMailId } from "../../accounts/mail-ids.ts";
import { deliverSoon } from "../../mail/deliver.ts";
import { pictureOf, testApp } from "../testing/app.ts";
import {
  codeIn,
  cookieOf,
  firstStep,
  withFile,
} from "../testing/form-answers.ts";

const NEWCOMER = {
  name: "Grace Hopper",
  email: "grace@example.com",
  password: "nine lives of a cat",
  consent: "yes",
};

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

Deno.test("one mailbox gets so many links a day from those who register by names of it, and its own", async () => {
  await using app = await testApp();
  const register = async (email: string) => {
    const person = { ...NEWCOMER, email };
    const form = withFile(person, pictureOf("Grace"));
    const answer = await app.send("/register", form);
    await answer.body?.cancel();
    return answer.status;
  };
  for (let n = 0; n < 20; n++) {
    assertEquals(await register(`victim+${n}@example.com`), 303);
  }
  assertEquals(await register("victim+one.more@example.com"), 429);
  assertEquals(await register("v.ictim+one.more@example.com"), 303);
  // Whoever has the mailbox is not kept out by it.
  assertEquals(await register("victim@example.com"), 303);
});

Deno.test("until when an address is to be confirmed is said as the reader writes days", async () => {
  await using app = await testApp();
  const form = withFile(NEWCOMER, pictureOf("Grace"));
  const cookie = cookieOf(
    await app.send("/register", form),
    "chatsphere_session",
  );
  for (const path of ["/rooms", "/account", "/people", "/rooms/open"]) {
    const days = ["en-US", "en-GB"].map(async (language) => {
      const headers = { "accept-language": language };
      const page = await (await app.ask(path, { cookie, headers })).text();
      return /removed after (?:<!--.*?-->)?([^<]*?)\.</.exec(page)?.[1] ?? "";
    });
    const [american, british] = await Promise.all(days);
    assertMatch(american, /^[A-Z][a-z]+ \d+/, path);
    assertMatch(british, /^\d+ [A-Z][a-z]+/, path);
  }
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
  assertEquals(path, "/login/code?next=%2Frooms&unsent");
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

Deno.test("whoever has just signed up is told of no new device, and of the next one they are", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const headers = { "user-agent": "Firefox/150.0 (Windows)" };
  const made = await app.send("/register", { ...NEWCOMER, factor: "code" });
  const half = cookieOf(made, "chatsphere_login");
  const code = codeIn(app);
  const first = await app.send("/login/code", { code }, half);
  assertEquals(first.status, 303);
  const account = await findAccountByEmail(s, NEWCOMER.email);
  const told = async () => {
    await deliverSoon(s, [newDeviceMailId(account!.id)]);
    return app.mails.filter(({ subject }) => subject.startsWith("New sign-in"));
  };
  assertEquals(await told(), []);
  const { email, password } = NEWCOMER;
  const again = await app.send("/login", { email, password });
  await app.ask("/login/code", {
    ...{ method: "POST", body: new URLSearchParams({ code: codeIn(app) }) },
    cookie: cookieOf(again, "chatsphere_login"),
    headers,
  });
  assertEquals((await told()).length, 1);
});
