import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
} from "@std/assert";
import { decodeJwt } from "jose";
import { pictureOf, type TestApp, testApp } from "../testing/app.ts";

const PASSWORD = "correct horse battery";
/** What a browser is told to forget: what it holds of pages nobody has opened yet, and all. */
const AHEAD = '"prefetchCache", "prerenderCache"';
const ALL = `"storage", ${AHEAD}`;

/** The session that the tokens of whoever has the cookie name. */
async function sidOf(app: TestApp, cookie: string): Promise<string> {
  const answer = await app.ask("/api/token", {
    method: "POST",
    body: JSON.stringify({ audience: "realtime" }),
    headers: { "content-type": "application/json" },
    cookie,
  });
  return String(decodeJwt((await answer.json()).token).sid);
}

Deno.test("signing out tells realtime which session ended, and no other of its names", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const sid = await sidOf(app, cookie);
  assertMatch(sid, /^[0-9a-f]{32}$/);
  assertEquals(cookie.includes(sid), false);
  assertNotEquals(sid, await sidOf(app, (await app.person("Bob")).cookie));
  assertEquals((await app.send("/logout", {}, cookie)).status, 303);
  assertEquals(app.realtime.ended, [{ userId: account.id, sid }]);
  await app.send("/logout", {}, cookie);
  assertEquals(app.realtime.ended.length, 1);
});

Deno.test("a new password or face ends all sessions but the one that asked", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const keep = await sidOf(app, cookie);
  const face = new FormData();
  face.set("consent", "on");
  face.set("password", PASSWORD);
  const photo = new Blob([pictureOf("Ada")], { type: "image/jpeg" });
  face.set("selfie", photo, "ada.jpg");
  assertEquals((await app.send("/account/face", face, cookie)).status, 303);
  const newPassword = "a different long one";
  const forms: Record<string, string>[] = [
    { intent: "password", password: PASSWORD, newPassword },
    { intent: "delete-face", password: newPassword },
  ];
  for (const form of forms) {
    assertEquals((await app.send("/account", form, cookie)).status, 303);
  }
  const others = { userId: account.id, keep };
  assertEquals(app.realtime.ended, [others, others, others]);
  assertEquals(await sidOf(app, cookie), keep);
});

Deno.test("signing out everywhere and deleting the account end them all", async () => {
  await using app = await testApp();
  const [ada, bob] = [await app.person("Ada"), await app.person("Bob")];
  await app.send("/account", { intent: "sign-out-everywhere" }, ada.cookie);
  const intent = "delete-account";
  await app.send("/account", { intent, password: PASSWORD }, bob.cookie);
  assertEquals(app.realtime.ended, [
    { userId: ada.account.id },
    { userId: bob.account.id },
  ]);
});

Deno.test("whoever signs out while realtime is down is signed out", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  app.realtime.isDown = true;
  assertEquals((await app.send("/logout", {}, cookie)).status, 303);
  app.realtime.isDown = false;
  assertEquals((await app.ask("/rooms", { cookie })).status, 303);
});

Deno.test("the browser of whoever signs out forgets all; where something waits to be sent, it is asked first", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const waiting = `${cookie}; unsent=1`;
  const asked = await app.send("/logout", {}, waiting);
  assertEquals(asked.headers.get("location"), "/sign-out");
  assertEquals(asked.headers.get("clear-site-data"), null);
  const page = await (await app.ask("/sign-out", { cookie: waiting })).text();
  assertMatch(page, /is not sent yet.*Stay, and let it be sent/s);
  // Nothing has ended.
  assertEquals((await app.ask("/rooms", { cookie })).status, 200);
  const gone = await app.send("/logout?anyway", {}, waiting);
  assertEquals(gone.headers.get("location"), "/");
  assertEquals(gone.headers.get("clear-site-data"), ALL);
  assertMatch(gone.headers.getSetCookie().join("\n"), /^unsent=; Max-Age=0/m);
  assertEquals((await app.ask("/rooms", { cookie })).status, 303);
  // A page from before, pressed when the session had ended: nobody was asked.
  const late = await app.send("/logout", {}, waiting);
  assertEquals(late.headers.get("location"), "/");
  assertEquals(late.headers.get("clear-site-data"), AHEAD);
});

Deno.test("a recording that is not sent is asked about like a text, and its person is shown where it is", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const own = `${cookie}; recorded=${
    encodeURIComponent(`other/room-1.${account.id}/room-2`)
  }`;
  const theirs = `${cookie}; recorded=other/room-1`;
  const page = async (cookie: string) =>
    await (await app.ask("/sign-out", { cookie })).text();
  assertMatch(await page(own), /recording of yours is not sent.*room-2/s);
  const other = await page(theirs);
  assertMatch(other, /Somebody else made a recording in this browser/);
  assertEquals(other.includes("room-1"), false);
  for (const waiting of [own, theirs]) {
    const asked = await app.send("/logout", {}, waiting);
    assertEquals(asked.headers.get("location"), "/sign-out");
    assertEquals(asked.headers.get("clear-site-data"), null);
  }
  const gone = await app.send("/logout?anyway", {}, own);
  assertEquals(gone.headers.get("clear-site-data"), ALL);
  assertMatch(gone.headers.getSetCookie().join("\n"), /^recorded=; Max-Age=0/m);
  // Whoever signs out everywhere has it again when they are back.
  const { cookie: again } = await app.person("Ben");
  const everywhere = await app.send(
    "/account/sessions",
    { intent: "all", password: PASSWORD },
    `${again}; recorded=other/room-1`,
  );
  assertEquals(everywhere.headers.get("clear-site-data"), AHEAD);
});

Deno.test("the browser forgets all when somebody signs out everywhere, too, but for what waits; with the account, that as well", async () => {
  await using app = await testApp();
  const ends: [path: string, intent: string, waits: boolean][] = [
    ["/account", "sign-out-everywhere", false],
    ["/account", "sign-out-everywhere", true],
    ["/account", "delete-account", true],
    ["/account/sessions", "all", false],
    ["/account/sessions", "all", true],
  ];
  const forgotten: boolean[] = [];
  for (const [i, [path, intent, waits]] of ends.entries()) {
    const { cookie } = await app.person(`Ada ${i}`);
    const own = waits ? `${cookie}; unsent=1` : cookie;
    const answer = await app.send(path, { intent, password: PASSWORD }, own);
    const { headers } = answer;
    assertMatch(headers.getSetCookie().join("\n"), /_session=; Max-Age=0/);
    const told = headers.get("clear-site-data");
    // What was fetched or rendered ahead is nothing that waits.
    assert(told === ALL || told === AHEAD);
    forgotten.push(told === ALL);
  }
  assertEquals(forgotten, [true, false, true, true, false]);
});
