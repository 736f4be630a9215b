import { assert, assertEquals, assertMatch } from "@std/assert";
import { newDeviceMailId } from "../../accounts/mail-ids.ts";
import {
  lastOriginOf,
  listEarlierSessions,
  liveSessions,
} from "../../accounts/session-list/session-list.ts";
import { sha256 } from "../../accounts/secrets.ts";
import { keys, type SessionRecord } from "../../accounts/store.ts";
import { deliverSoon } from "../../mail/deliver.ts";
import { pictureOf, type TestApp, testApp } from "../testing/app.ts";

const FIREFOX =
  "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0";
const cookieOf = (answer: Response, name: string): string =>
  answer.headers.getSetCookie()
    .find((cookie) => cookie.startsWith(`${name}=`))?.split(";")[0] ?? "";

/** Signs Ada in from an address, with a browser; the cookie. */
async function signIn(
  app: TestApp,
  email: string,
  { from, agent = FIREFOX, cookie = "" }: {
    from: string;
    agent?: string;
    cookie?: string;
  },
): Promise<string> {
  const headers = { "user-agent": agent };
  const send = (path: string, body: BodyInit, cookie = "") =>
    app.ask(path, { method: "POST", body, cookie, from, headers });
  const password = "correct horse battery";
  const first = await send(
    "/login",
    new URLSearchParams({ email, password }),
    cookie,
  );
  const photo = new FormData();
  photo.set("selfie", new File([pictureOf("Ada")], "me.jpg"));
  const half = `${cookieOf(first, "chatsphere_login")}; ${cookie}`;
  const second = await send("/login/face", photo, half);
  return cookieOf(second, "chatsphere_session");
}

const tokenIn = (cookie: string) => cookie.split("=")[1];
const pageOf = async (app: TestApp, cookie: string): Promise<string> =>
  await (await app.ask("/account/sessions", { cookie })).text();
const idsIn = (html: string): string[] =>
  [...html.matchAll(/name="id" value="([^"]+)"/g)].map(([, id]) => id);

Deno.test("every device is listed with its software and network, and this one is marked", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  await signIn(app, account.email, { from: "198.51.100.7" });
  const html = await pageOf(app, cookie);
  assertMatch(
    html,
    /\(this one\)[^]*Firefox on Windows[^]*198\.51\.100\.0\/24/,
  );
  assert(!html.includes("198.51.100.7"), "an address is shown");
  assertEquals(idsIn(html).length, 1);
});

Deno.test("one device is signed out, and the others are not", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const theirs = await signIn(app, account.email, { from: "198.51.100.7" });
  const third = await signIn(app, account.email, { from: "198.51.100.8" });
  const id = await sha256(tokenIn(theirs));
  const answer = await app.send(
    "/account/sessions",
    { intent: "one", id },
    cookie,
  );
  assertEquals(answer.headers.get("location"), "/account/sessions?done=one");
  const status = async (cookie: string) =>
    (await app.ask("/rooms", { cookie })).status;
  assertEquals(
    [await status(theirs), await status(third), await status(cookie)],
    [303, 200, 200],
  );
  assert(!(await pageOf(app, cookie)).includes(id));
});

Deno.test("nobody signs out another account’s device", async () => {
  await using app = await testApp();
  const ada = await app.person("Ada");
  const eve = await app.person("Eve");
  const id = await sha256(tokenIn(ada.cookie));
  await app.send("/account/sessions", { intent: "one", id }, eve.cookie);
  assertEquals((await app.ask("/rooms", { cookie: ada.cookie })).status, 200);
});

Deno.test("all others are signed out, or all", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const theirs = await signIn(app, account.email, { from: "198.51.100.7" });
  await app.send("/account/sessions", { intent: "others" }, cookie);
  assertEquals((await app.ask("/rooms", { cookie: theirs })).status, 303);
  assertEquals((await app.ask("/rooms", { cookie })).status, 200);
  assertEquals(idsIn(await pageOf(app, cookie)), []);
  await app.send("/account/sessions", { intent: "all" }, cookie);
  assertEquals((await app.ask("/rooms", { cookie })).status, 303);
});

Deno.test("a new device is told of by e-mail, and one that is known is not", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const told = async () => {
    await deliverSoon(app.services, [newDeviceMailId(account.id)]);
    return app.mails.splice(0);
  };
  await told();
  await signIn(app, account.email, { from: "198.51.100.7" });
  const [mail] = await told();
  assertEquals(mail.subject, "New sign-in to your ChatSphere account");
  assertMatch(mail.text, /Firefox on Windows[^]*198\.51\.100\.0\/24/);
  // The same software from the same network, and a device with its cookie from elsewhere.
  await signIn(app, account.email, { from: "198.51.100.9" });
  const page = await app.ask("/rooms", {
    cookie,
    headers: { accept: "text/html" },
  });
  const device = cookieOf(page, "chatsphere_device");
  await signIn(app, account.email, { from: "192.0.2.9", cookie: device });
  assertEquals(await told(), []);
  await signIn(app, account.email, { from: "203.0.113.1", agent: "curl/8" });
  assertEquals((await told()).length, 1);
});

Deno.test("use from many networks at once is noted on the page", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const from = (n: number) => `198.51.${n}.7`;
  for (const n of [1, 2, 3]) {
    await signIn(app, account.email, { from: from(n) });
  }
  assert(!(await pageOf(app, cookie)).includes("networks within a day"));
  await signIn(app, account.email, { from: from(4) });
  assertMatch(await pageOf(app, cookie), /from 4 networks within a day/);
});

Deno.test("a session of an earlier version is listed with what is known of it", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const { kv } = app.services;
  const old = "B".repeat(43);
  const { value } = await kv.get<SessionRecord>(
    keys.session(await sha256(tokenIn(cookie))),
  );
  const { accountId, generation, createdAt, expiresAt } = value!;
  const record = { accountId, epoch: generation, createdAt, expiresAt };
  await kv.set(keys.session(await sha256(old)), record);
  await listEarlierSessions(app.services);
  const html = await pageOf(app, cookie);
  assertMatch(html, /A device/);
  assertEquals(idsIn(html), [await sha256(old)]);
  // It is named once it is used, and ends as any.
  await app.ask("/rooms", {
    cookie: `chatsphere_session=${old}`,
    headers: { "user-agent": FIREFOX },
  });
  assertMatch(await pageOf(app, cookie), /Firefox on Windows/);
  const [id] = idsIn(html);
  await app.send("/account/sessions", { intent: "one", id }, cookie);
  const gone = await app.ask("/rooms", { cookie: `chatsphere_session=${old}` });
  assertEquals(gone.status, 303);
  assertEquals(account.id, accountId);
});

Deno.test("a session notes by which address it was used last, unless APP_URL is everybody's", async () => {
  for (const urlGiven of [false, true]) {
    await using app = await testApp();
    const { services: s } = app;
    const config: { urlGiven: boolean; appUrl: string } = s.config;
    config.urlGiven = urlGiven;
    const { account, cookie } = await app.person("Ada");
    for (const { hash, record } of await liveSessions(s, account.id)) {
      await s.kv.set(keys.session(hash), { ...record, lastUsedAt: 0 });
    }
    await app.ask("/account", { cookie });
    const origin = await lastOriginOf(s, account.id);
    assertEquals(origin, urlGiven ? undefined : config.appUrl);
  }
});
