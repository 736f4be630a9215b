import { assertEquals, assertMatch } from "@std/assert";
import { type TestApp, testApp } from "../http/testing/app.ts";
import { allowCode } from "./face-first.ts";
import { RECENT_MS, SETTLE_MS } from "./factor-changes.ts";
import { sha256 } from "./secrets.ts";
import { type AccountRecord, keys, type SessionRecord } from "./store.ts";

const password = "correct horse battery";
const forms: Record<string, string>[] = [
  { intent: "delete-face", password },
  { intent: "password", password, newPassword: "another long one" },
];

/** Makes a session begin that much earlier. */
async function age({ services: { kv } }: TestApp, cookie: string, ms: number) {
  const token = cookie.split("=")[1];
  const key = keys.session(await sha256(token));
  const { value } = await kv.get<SessionRecord>(key);
  await kv.set(key, { ...value, createdAt: value!.createdAt - ms });
}

Deno.test("a session of some time ago changes neither face nor password", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  await age(app, cookie, RECENT_MS + 1);
  for (const form of forms) {
    const answer = await app.send("/account", form, cookie);
    assertEquals(answer.status, 403);
    assertMatch(await answer.text(), /Sign in again first/);
  }
  const face = new FormData();
  for (const [name, value] of [["consent", "on"], ["password", password]]) {
    face.set(name, value);
  }
  assertEquals((await app.send("/account/face", face, cookie)).status, 403);
  const page = await (await app.ask("/account", { cookie })).text();
  assertMatch(page, /sign in again first/);
  const again = await app.send("/account", { intent: "sign-in-again" }, cookie);
  assertEquals(again.headers.get("location"), "/login?next=/account");
  assertEquals((await app.ask("/rooms", { cookie })).status, 303);
});

Deno.test("a day passes between a reset by e-mail and another face, or the operator vouches", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const key = keys.account(account.id);
  const set = async (change: Partial<AccountRecord>) => {
    const { value } = await app.services.kv.get<AccountRecord>(key);
    await app.services.kv.set(key, { ...value, ...change });
  };
  await set({ resetAt: Date.now() - SETTLE_MS + 60_000, faceFirst: true });
  const answer = await app.send("/account", forms[0], cookie);
  assertEquals(answer.status, 403);
  assertMatch(await answer.text(), /wait an hour/);
  await allowCode(app.services, account.email);
  const deleted = await app.send("/account", forms[0], cookie);
  assertEquals(deleted.headers.get("location"), "/account?done=delete-face");
  const told = app.mails.map(({ subject }) => subject);
  assertMatch(told.join(), /face was deleted/);
});
