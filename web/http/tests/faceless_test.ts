/** What somebody can do who never shows a face: everything. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { deliverDue } from "../../mail/deliver.ts";
import { type TestApp, testApp } from "../testing/app.ts";
import { codeIn, cookieOf } from "../testing/form-answers.ts";
import { add, PASSWORD, sessionOf } from "../testing/passkeys.ts";

const NEW = "nine lives of a cat";

const leadsTo = (answer: Response, path: string) => {
  assertEquals([answer.status, answer.headers.get("location")], [303, path]);
};

/** The newest link under a path in an e-mail, once it came. */
async function linkIn(app: TestApp, path: string): Promise<string> {
  const link = new RegExp(`http\\S+(${path}\\S+)`);
  for (;;) {
    await deliverDue(app.services);
    const mail = app.mails.findLast(({ text }) => link.test(text));
    if (mail) return link.exec(mail.text)![1];
    await new Promise((done) => setTimeout(done, 5));
  }
}

/** Password, then a code by e-mail. */
async function signIn(app: TestApp, email: string, password: string) {
  const first = await app.send("/login?next=/account", { email, password });
  leadsTo(first, "/login/code?next=%2Faccount");
  const half = cookieOf(first, "chatsphere_login");
  await app.send("/login/code?next=/account", { intent: "send" }, half);
  const code = codeIn(app);
  const right = await app.send("/login/code?next=/account", { code }, half);
  leadsTo(right, "/account");
  return sessionOf(right);
}

Deno.test("somebody who never shows a face signs up, talks, and changes all about their account", async () => {
  await using app = await testApp();
  const signUp = { name: "Grace", email: "grace@example.com" };
  const made = await app.send("/register", {
    ...{ ...signUp, password: PASSWORD, factor: "code" },
  });
  const half = cookieOf(made, "chatsphere_login");
  const first = await app.send("/login/code", { code: codeIn(app) }, half);
  let cookie = sessionOf(first);

  const room = await app.send("/rooms", { name: "Bakery" }, cookie);
  const path = room.headers.get("location")!;
  const said = await app.send(
    path,
    { content: "Bread", clientId: "1" },
    cookie,
  );
  leadsTo(said, `${path}?newest`);

  // Another address, with a notice to the old one.
  const email = "grace@new.example";
  const asked = { email, password: PASSWORD };
  leadsTo(
    await app.send("/account/email", asked, cookie),
    "/account/email?sent",
  );
  const link = await linkIn(app, "/address/");
  leadsTo(await app.send(link, {}, cookie), "/account?done=address");

  // A passkey, recovery codes, another password: each with nothing but the password.
  await add(app, cookie);
  const codes = await app.send(
    "/account/recovery",
    { password: PASSWORD },
    cookie,
  );
  leadsTo(codes, "/account/recovery");
  const shown = await app.ask("/account/recovery", {
    cookie: `${cookie}; ${cookieOf(codes, "chatsphere_recovery")}`,
  });
  const [, recovery] = /<code>([^<]+)<\/code>/.exec(await shown.text())!;
  const change = { intent: "password", password: PASSWORD, newPassword: NEW };
  leadsTo(
    await app.send("/account", change, cookie),
    "/account?done=password",
  );
  const list = await (await app.ask("/account/passkeys", { cookie })).text();
  const [, id] = /name="id" value="([^"]+)"/.exec(list)!;
  const away = { intent: "remove", id, password: NEW };
  const removed = await app.send("/account/passkeys", away, cookie);
  leadsTo(removed, "/account/passkeys?done=remove");

  // Signed in by the new address, by a code, on another device; the first one is signed out.
  const elsewhere = await signIn(app, email, NEW);
  const everywhere = { intent: "sign-out-everywhere" };
  await app.send("/account", everywhere, elsewhere);
  assertEquals((await app.ask("/rooms", { cookie })).status, 303);

  // The password is forgotten: a link, and then a recovery code.
  await app.send("/login/forgot", { email });
  const reset = await linkIn(app, "/login/reset/");
  leadsTo(await app.send(reset, { password: PASSWORD }), "/login?reset");
  const again = await app.send("/login", { email, password: PASSWORD });
  const way = cookieOf(again, "chatsphere_login");
  const used = await app.send("/login/recovery", { code: recovery }, way);
  cookie = sessionOf(used);
  assert(cookie, `${used.status}`);

  // Everything about them, and the end.
  const begun = await app.send(
    "/account/data",
    { password: PASSWORD },
    cookie,
  );
  const [, ticket] = begun.headers.get("location")!.split("ticket=");
  const data = await app.ask(`/account/data/${ticket}`, { cookie });
  assertEquals(data.headers.get("content-type"), "application/zip");
  await data.body?.cancel();
  const html = await (await app.ask("/account", { cookie })).text();
  assertMatch(html, /No face is stored/);
  const end = { intent: "delete-account", password: PASSWORD };
  const ended = await app.send("/account", end, cookie);
  assertEquals(ended.headers.get("location")?.startsWith("/?done="), true);
  const login = await app.send("/login", { email, password: PASSWORD });
  assertEquals(login.status, 401);
});
