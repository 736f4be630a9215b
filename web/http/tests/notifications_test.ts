import { assert, assertEquals, assertMatch } from "@std/assert";
import { visitedBy } from "../../accounts/session-list/visitor.ts";
import { createSession, endAllSessions } from "../../accounts/sessions.ts";
import { signInWithFace, startSignIn } from "../../accounts/sign-in.ts";
import { createRoom } from "../../rooms/rooms.ts";
import { devicesOf } from "../../notifications/devices.ts";
import { settingsOf } from "../../notifications/settings.ts";
import { profilesOf } from "../../people/profile.ts";
import { pictureOf, testApp } from "../testing/app.ts";

const PAGE = "/account/notifications";
const SUBSCRIPTION = {
  endpoint: "https://push.test/phone",
  p256dh: "B".padEnd(87, "A"),
  auth: "A".repeat(22),
};

Deno.test("without script one chooses how one is told, and pauses it", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const s = app.services;
  const fill = {
    ...{ intent: "settings", quiet: "on", from: "22:15", to: "07:00" },
    ...{ zone: "Europe/Berlin", mail: "on" },
  };
  assertEquals((await app.send(PAGE, fill, cookie)).status, 303);
  assertEquals(await settingsOf(s, account.id), {
    ...{ pausedUntil: undefined, wordless: true },
    quiet: { from: 22 * 60 + 15, to: 7 * 60, zone: "Europe/Berlin" },
  });
  const html = await (await app.ask(PAGE, { cookie })).text();
  assert(html.includes('value="22:15"'));
  for (const wrong of [{ from: "25:00" }, { zone: "Mars/Olympus" }]) {
    const answer = await app.send(PAGE, { ...fill, ...wrong }, cookie);
    assertEquals(answer.status, 422);
  }
  await app.send(PAGE, { intent: "pause-hour" }, cookie);
  const { pausedUntil = 0, quiet } = await settingsOf(s, account.id);
  assert(pausedUntil > Date.now() + 59 * 60_000 && quiet);
  await app.send(PAGE, { intent: "resume" }, cookie);
  assertEquals((await settingsOf(s, account.id)).pausedUntil, undefined);
});

Deno.test("quiet hours that begin and end at one time are refused, and what was chosen beside them stays in the form", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const refused = await app.send("/account/notifications", {
    ...{ intent: "settings", quiet: "on", from: "23:30", to: "23:30" },
    ...{ zone: "Europe/Berlin", words: "on", sound: "on" },
  }, cookie);
  assertEquals(refused.status, 422);
  const html = await refused.text();
  assertMatch(html, /id="quiet-error"[^]*two different times/);
  const isOn = (name: string) =>
    new RegExp(`<input[^>]*name="${name}"[^>]* checked`).test(html);
  assertEquals(
    ["quiet", "words", "sound", "mail"].filter(isOn),
    ["quiet", "words", "sound"],
  );
  assertEquals(html.match(/value="23:30"/g)?.length, 2);
  assertMatch(html, /<option +value="Europe\/Berlin" selected/);
  assertEquals(await settingsOf(app.services, account.id), {});
});

Deno.test("devices are kept, tested, listed and removed; only their person's own", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const eve = await app.person("Eve");
  const add = (subscription: object, who = cookie) =>
    app.ask(`${PAGE}/device`, {
      ...{ method: "POST", cookie: who, body: JSON.stringify(subscription) },
      headers: {
        "content-type": "application/json",
        "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/5",
      },
    });
  assertEquals((await add(SUBSCRIPTION)).status, 204);
  assertEquals((await add(SUBSCRIPTION)).status, 204);
  assertEquals((await add({ ...SUBSCRIPTION, auth: "short" })).status, 422);
  assertEquals((await add({ endpoint: 1 })).status, 422);
  const [{ id, name }, ...more] = await devicesOf(app.services, account.id);
  assertEquals([name, more], ["Chrome on Linux", []]);
  const html = await (await app.ask(PAGE, { cookie })).text();
  assert(html.includes("Chrome on Linux") && html.includes("Send me a test"));
  const test = { intent: "test", device: id };
  assertEquals((await app.send(PAGE, test, eve.cookie)).status, 422);
  assertEquals((await app.send(PAGE, test, cookie)).status, 303);
  assertEquals(app.push.taken.length, 1);
  await app.send(PAGE, { intent: "remove", device: id }, eve.cookie);
  assertEquals((await devicesOf(app.services, account.id)).length, 1);
  app.push.answer = () => ({ kind: "gone" });
  assertEquals((await app.send(PAGE, test, cookie)).status, 422);
  assertEquals(await devicesOf(app.services, account.id), []);
  for (let i = 0; i < 25; i++) {
    await add({ ...SUBSCRIPTION, endpoint: `https://push.test/${i}` });
  }
  assertEquals((await devicesOf(app.services, account.id)).length, 20);
});

Deno.test("a browser whose subscription ended learns it, and the next one takes its place", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const { account: { id }, cookie } = await app.person("Ada");
  const html = { accept: "text/html" };
  const page = await app.ask(PAGE, { cookie, headers: html });
  const browser = page.headers.getSetCookie()
    .find((one) => /device=/.test(one))!.split(";")[0];
  const tell = (method: string, name: string, who: string) =>
    app.ask(`${PAGE}/device`, {
      ...{ method, cookie: who },
      body: JSON.stringify({
        ...SUBSCRIPTION,
        endpoint: `https://push.test/${name}`,
      }),
      headers: { "content-type": "application/json" },
    });
  const here = `${cookie}; ${browser}`;
  const statusOf = async (...call: Parameters<typeof tell>) =>
    (await tell(...call)).status;
  const told = async () =>
    (await devicesOf(s, id)).map(({ endpoint }) => endpoint.slice(18));
  // Nobody turned them on here.
  assertEquals(await statusOf("PATCH", "first", here), 404);
  assertEquals(await told(), []);
  assertEquals(await statusOf("POST", "first", here), 204);
  assertEquals(await statusOf("PATCH", "first", here), 204);
  const [device] = await devicesOf(s, id);
  app.push.answer = () => ({ kind: "gone" });
  await app.send(PAGE, { intent: "test", device: device.id }, cookie);
  assertEquals(await told(), []);
  const list = await (await app.ask(PAGE, { cookie })).text();
  assertMatch(list, /No longer accepts notifications/);
  const answer = await tell("PATCH", "first", here);
  assertEquals(answer.status, 200);
  assertEquals(await answer.json(), { key: await s.push.publicKey() });
  assertEquals(await statusOf("POST", "second", here), 204);
  assertEquals(await told(), ["second"]);
  const anew = await (await app.ask(PAGE, { cookie })).text();
  assert(!anew.includes("No longer accepts notifications"));
  // The browser made another by itself; another browser's is its own affair.
  assertEquals(await statusOf("PATCH", "third", here), 204);
  assertEquals(await statusOf("PATCH", "fourth", cookie), 404);
  // Whoever else signs in with this browser has turned on nothing here.
  const bob = await app.person("Bob");
  const bobs = `${bob.cookie}; ${browser}`;
  assertEquals(await statusOf("PATCH", "third", bobs), 404);
  assertEquals(await devicesOf(s, bob.account.id), []);
  assertEquals(await told(), ["third"]);
  // Signed out elsewhere, and in again: what is told goes on.
  await endAllSessions(s, id);
  const { token } = await createSession(s, id);
  assertEquals(await told(), []);
  const again = `chatsphere_session=${token}`;
  assertEquals(await statusOf("PATCH", "third", again), 204);
  assertEquals(await told(), ["third"]);
  const [{ id: third }] = await devicesOf(s, id);
  await app.send(PAGE, { intent: "remove", device: third }, again);
  assertEquals(await statusOf("PATCH", "third", `${again}; ${browser}`), 404);
});

Deno.test("a device that was signed out is sent nothing, until its person signs in on it again", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const { account: { id, email }, cookie } = await app.person("Ada");
  const html = { accept: "text/html" };
  const page = await app.ask(PAGE, { cookie, headers: html });
  const known = page.headers.getSetCookie()
    .find((one) => /device=/.test(one))!.split(";")[0];
  const add = (endpoint: string, cookie: string) =>
    app.ask(`${PAGE}/device`, {
      ...{ method: "POST", cookie },
      body: JSON.stringify({ ...SUBSCRIPTION, endpoint }),
      headers: { "content-type": "application/json" },
    });
  await add("https://push.test/here", `${cookie}; ${known}`);
  const { token } = await createSession(s, id);
  await add("https://push.test/there", `chatsphere_session=${token}`);
  const told = async () =>
    (await devicesOf(s, id)).map(({ endpoint }) => endpoint.slice(18));
  assertEquals(await told(), ["here", "there"]);
  await app.send("/logout", {}, cookie);
  assertEquals(await told(), ["there"]);
  await endAllSessions(s, id);
  assertEquals(await told(), []);
  const signIn = (device: string | null) =>
    visitedBy({ network: "203.0.113.0/24", device }, async () => {
      const ip = "203.0.113.7";
      const password = "correct horse battery";
      const first = await startSignIn(s, { email, password, ip, device });
      await signInWithFace(s, first.token, pictureOf("Ada"), ip);
    });
  await signIn(null);
  assertEquals(await told(), []);
  await signIn(known.split("=")[1]);
  assertEquals(await told(), ["here"]);
});

Deno.test("a notification marks as read what its person may read", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const eve = await app.person("Eve");
  const room = await createRoom(app.services, account, "Tea");
  const read = (who: string) =>
    app.ask(`/rooms/${room.id}/read`, {
      ...{ method: "POST", cookie: who, body: JSON.stringify({ offset: 3 }) },
      headers: { "content-type": "application/json" },
    });
  assertEquals((await read(cookie)).status, 204);
  assertEquals((await read(eve.cookie)).status, 404);
  const positions = await app.realtime.positions(room.id, [account.id]);
  assertEquals(positions, { [account.id]: 3 });
});

Deno.test("realtime has web look, with somebody's token and no other", async () => {
  await using app = await testApp();
  const { account } = await app.person("Ada");
  const { signer } = app.services;
  const nudge = (token: string, body: unknown = { reads: [] }) =>
    app.ask("/api/internal/alerts", {
      ...{ method: "POST", unsaid: true, body: JSON.stringify(body) },
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${token}`,
      },
    });
  const { token } = await signer.personToken("realtime", account);
  const answer = await nudge(token);
  assertEquals([answer.status, await answer.json()], [200, { again: null }]);
  assertEquals((await nudge("nonsense")).status, 401);
  assertEquals((await nudge(token, { reads: "all" })).status, 422);
});

Deno.test("one person's token has so many readings looked at, and no more", async () => {
  await using app = await testApp();
  const { account } = await app.person("Ada");
  const { services: s } = app;
  const { token } = await s.signer.personToken("realtime", account);
  let looked = 0;
  const { list } = s.kv;
  s.kv.list = (selector, ...rest) => {
    if ("prefix" in selector && selector.prefix[0] === "notices_shown") {
      looked += 1;
    }
    return list.call(s.kv, selector, ...rest) as never;
  };
  for (let call = 0; call < 60; call++) {
    const reads = Array.from({ length: 100 }, (_, i) => [`${call}`, `${i}`]);
    const answer = await app.ask("/api/internal/alerts", {
      ...{ method: "POST", unsaid: true, body: JSON.stringify({ reads }) },
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${token}`,
      },
    });
    assertEquals(answer.status, 200);
  }
  for (let before = -1; before < looked;) {
    before = looked;
    await new Promise((done) => setTimeout(done, 200));
  }
  assert(looked >= 1_000 && looked < 6_000, `${looked}`);
});

Deno.test("a clock that is in none of the zones to choose from is kept all the same, and any name of a zone is one", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const { account, cookie } = await app.person("Ada");
  const there = `${cookie}; zone=Etc/GMT%2B5`;
  const chosen = /<option value="([^"]*)" selected/;
  const page = async (path: string) =>
    await (await app.ask(path, { cookie: there })).text();
  assertEquals(chosen.exec(await page(PAGE))?.[1], "Etc/GMT+5");
  const about = "/account/profile";
  assertMatch(await page(about), /<option value="Etc\/GMT\+5">/);
  const fill = { intent: "settings", quiet: "on", from: "22:00", to: "07:00" };
  const named = new Intl.DateTimeFormat("en", { timeZone: "Asia/Kolkata" })
    .resolvedOptions().timeZone;
  for (
    const [zone, kept] of [["Asia/Kolkata", named], ["Etc/GMT+5", "Etc/GMT+5"]]
  ) {
    assertEquals((await app.send(PAGE, { ...fill, zone }, there)).status, 303);
    assertEquals((await settingsOf(s, account.id)).quiet?.zone, kept);
    const told = { intent: "about", about: "", timeZone: zone };
    assertEquals((await app.send(about, told, there)).status, 303);
    const [profile] = await profilesOf(s, [account.id]);
    assertEquals(profile.timeZone, kept);
  }
  assertEquals(chosen.exec(await page(PAGE))?.[1], "Etc/GMT+5");
  assertEquals(chosen.exec(await page(about))?.[1], "Etc/GMT+5");
});
