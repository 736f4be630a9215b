import { assert, assertEquals, assertMatch } from "@std/assert";
import { factorMailId } from "../../accounts/mail-ids.ts";
import { type AccountRecord, keys } from "../../accounts/store.ts";
import { everythingIn } from "../../accounts/testing.ts";
import { deliverSoon } from "../../mail/deliver.ts";
import { type TestApp, testApp } from "../testing/app.ts";

const password = "correct horse battery";
const cookieOf = (answer: Response, name: string): string =>
  answer.headers.getSetCookie()
    .find((cookie) => cookie.startsWith(`${name}=`))?.split(";")[0] ?? "";
const sessionOf = (answer: Response) => cookieOf(answer, "chatsphere_session");
const codesIn = (html: string): string[] =>
  [...html.matchAll(/<code>([^<]+)<\/code>/g)].map(([, code]) => code);

/** The form as the page has it now. */
async function formOf(app: TestApp, cookie: string) {
  const html = await (await app.ask("/account/recovery", { cookie })).text();
  const [, instead = ""] = /name="instead" value="([^"]*)"/.exec(html) ?? [];
  return { password, instead };
}

async function make(app: TestApp, cookie: string) {
  const form = await formOf(app, cookie);
  const answer = await app.send("/account/recovery", form, cookie);
  assertEquals(answer.status, 303);
  const shown = `${cookie}; ${cookieOf(answer, "chatsphere_recovery")}`;
  const page = await app.ask("/account/recovery", { cookie: shown });
  assertEquals(cookieOf(page, "chatsphere_recovery"), "chatsphere_recovery=");
  return { codes: codesIn(await page.text()), shown };
}

async function firstStep(app: TestApp, email: string): Promise<string> {
  const answer = await app.send("/login", { email, password });
  return cookieOf(answer, "chatsphere_login");
}

const use = (app: TestApp, half: string, code: string) =>
  app.send("/login/recovery?next=/account", { code }, half);

Deno.test("ten codes are made with the password, shown once, and kept as hashes", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const wrong = await app.send(
    "/account/recovery",
    { password: "a guess" },
    cookie,
  );
  assertEquals(wrong.status, 403);
  const { codes } = await make(app, cookie);
  assertEquals(new Set(codes).size, 10);
  for (const code of codes) assertMatch(code, /^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/);
  assertMatch(app.mails.at(-1)!.subject, /New recovery codes/);
  const later = await app.ask("/account/recovery", { cookie });
  const html = await later.text();
  assertMatch(html, /You have 10 codes left/);
  assertEquals(codesIn(html), []);
  const stored = await everythingIn(app.services.kv);
  assert(!codes.some((code) => stored.includes(code)));
  assert(!codes.some((code) => stored.includes(code.replaceAll("-", ""))));
});

Deno.test("a code signs in once, after the password, however it is typed, and its use is told", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const { codes: [code, next] } = await make(app, cookie);
  const half = await firstStep(app, account.email);
  const face = await app.ask("/login/face", { cookie: half });
  assertMatch(await face.text(), /Use a recovery code/);
  const typed = ` ${code.toLowerCase().replaceAll("-", " ").replace("0", "o")}`;
  const right = await use(app, half, typed);
  assertEquals(right.headers.get("location"), "/account");
  assert(sessionOf(right));
  await deliverSoon(app.services, [factorMailId(account.id)]);
  assertMatch(app.mails.at(-1)!.subject, /recovery code .* was used/);

  const again = await firstStep(app, account.email);
  const used = await use(app, again, code);
  assertEquals([used.status, sessionOf(used)], [401, ""]);
  const refused = await used.text();
  assertMatch(refused, /id="code-error"[^]*used before/);
  assert(refused.includes(`value="${code}"`), "it can be corrected");
  const both = await Promise.all([
    use(app, again, next.replaceAll("-", "–")),
    use(app, await firstStep(app, account.email), next),
  ]);
  assertEquals(both.map(sessionOf).filter(Boolean).length, 1);
});

Deno.test("five wrong codes end the sign-in, and new codes end the old ones", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const old = await make(app, cookie);
  const { codes } = await make(app, cookie);
  const half = await firstStep(app, account.email);
  for (let n = 1; n < 5; n++) {
    assertEquals((await use(app, half, old.codes[n])).status, 401);
  }
  const last = await use(app, half, old.codes[0]);
  assertEquals(last.headers.get("location"), "/login?tries&next=%2Faccount");
  const fresh = await use(app, await firstStep(app, account.email), codes[0]);
  assert(sessionOf(fresh));
});

Deno.test("of two pages that make new codes one shows them, and the other says that they were made", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  for (let round = 0; round < 2; round++) {
    const form = await formOf(app, cookie);
    const both = await Promise.all(
      [1, 2].map(() => app.send("/account/recovery", form, cookie)),
    );
    assertEquals(both.map(({ status }) => status).sort(), [303, 409]);
    const lost = both.find(({ status }) => status === 409)!;
    assertEquals(cookieOf(lost, "chatsphere_recovery"), "");
    const told = await lost.text();
    assertMatch(told, /new codes were made in another tab[^]*Those work/);
    assertMatch(told, /You have 10 codes left[^]*in place of these/);
    const won = both.find(({ status }) => status === 303)!;
    const shown = `${cookie}; ${cookieOf(won, "chatsphere_recovery")}`;
    const page = await app.ask("/account/recovery", { cookie: shown });
    assertEquals(codesIn(await page.text()).length, 10);
    const again = await app.send("/account/recovery", form, cookie);
    assertEquals(again.status, 409, "a page from before them, later");
  }
});

Deno.test("codes in a cookie that are no longer the account’s are not shown", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const { shown } = await make(app, cookie);
  const eve = await app.person("Eve");
  const theirs = `${eve.cookie}; ${shown.split("; ")[1]}`;
  const page = await app.ask("/account/recovery", { cookie: theirs });
  assertEquals(codesIn(await page.text()), []);
});

Deno.test("after a reset by e-mail a recovery code is proof enough", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const { account, cookie } = await app.person("Ada");
  const { codes: [code] } = await make(app, cookie);
  const entry = await s.kv.get<AccountRecord>(keys.account(account.id));
  await s.kv.set(entry.key, { ...entry.value!, faceFirst: true });
  const half = await firstStep(app, account.email);
  const page = await (await app.ask("/login/face", { cookie: half })).text();
  assertMatch(page, /Use a recovery code[^]*prove nothing more/);
  assert(sessionOf(await use(app, half, code)));
  const next = await firstStep(app, account.email);
  const sent = await app.send("/login/code", { intent: "send" }, next);
  assertMatch(sent.headers.get("location")!, /^\/login\/code/);
});

Deno.test("where a face is required there are no recovery codes", async () => {
  await using app = await testApp({ FACE_SIGN_IN: "required" });
  const { cookie } = await app.person("Ada");
  const answer = await app.send("/account/recovery", { password }, cookie);
  assertEquals(answer.status, 403);
});

Deno.test("whoever used the last code is told so, can make new ones at once, and goes on to where they were going", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const { account, cookie } = await app.person("Ada");
  const { codes } = await make(app, cookie);
  const entry = await s.kv.get<AccountRecord>(keys.account(account.id));
  const { recovery } = entry.value!;
  const last = { ...recovery!, hashes: recovery!.hashes.slice(-1) };
  await s.kv.set(entry.key, { ...entry.value!, recovery: last });

  const half = await firstStep(app, account.email);
  const right = await use(app, half, codes.at(-1)!);
  const path = right.headers.get("location")!;
  assertEquals(path, "/account/recovery?next=%2Faccount");
  await deliverSoon(s, [factorMailId(account.id)]);
  assertMatch(app.mails.at(-1)!.text, /It was the last one/);
  const session = sessionOf(right);
  const page = await (await app.ask(path, { cookie: session })).text();
  assertMatch(page, /That was your last code[^]*Make ten codes/);
  assertMatch(page, /<a href="\/account"[^>]*>Go on/);

  const none = await firstStep(app, account.email);
  const form = await app.ask("/login/recovery", { cookie: none });
  const empty = await form.text();
  assertMatch(empty, /You have no recovery codes left/);
  assert(!empty.includes('name="code"'));

  const made = await app.send(path, await formOf(app, session), session);
  assertEquals(made.headers.get("location"), path);
  const shown = `${session}; ${cookieOf(made, "chatsphere_recovery")}`;
  const fresh = await (await app.ask(path, { cookie: shown })).text();
  assertEquals(codesIn(fresh).length, 10);
  assert(!fresh.includes("That was your last code"));
  assertMatch(fresh, /<a href="\/account"[^>]*>Go on/);
});

for (const why of ["unsent", "waits"]) {
  Deno.test(`a code by e-mail that cannot come keeps nobody from a recovery code: ${why}`, async () => {
    await using app = await testApp();
    const { services: s } = app;
    const { account, cookie } = await app.person("Ada");
    const { codes } = await make(app, cookie);
    const entry = await s.kv.get<AccountRecord>(keys.account(account.id));
    await s.kv.set(entry.key, { ...entry.value!, hasFace: false });
    if (why === "unsent") {
      s.mailer = { send: () => Promise.reject(new Error("no mail today")) };
    } else for (let n = 0; n < 5; n++) await firstStep(app, account.email);

    const first = await app.send("/login", { email: account.email, password });
    const path = first.headers.get("location")!;
    assertEquals(path, `/login/code?next=%2Frooms&${why}`);
    const half = cookieOf(first, "chatsphere_login");
    const page = await (await app.ask(path, { cookie: half })).text();
    assertMatch(page, /(could not be sent|sent five codes)[^]*Use a recovery/);
    assert(sessionOf(await use(app, half, codes[0])));

    const headers = { "content-type": "application/json" };
    const ask = (body: unknown, cookie = "") =>
      app.ask("/api/login", {
        ...{ method: "POST", headers, body: JSON.stringify(body), cookie },
      });
    const started = await ask({ email: account.email, password });
    assertEquals(started.status, 202);
    assertEquals((await started.json()).next, "recoveryCode");
    const proof = { recoveryCode: codes[1] };
    const ended = await ask(proof, cookieOf(started, "chatsphere_login"));
    assertEquals(ended.status, 200);
  });
}
