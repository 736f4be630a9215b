import { assert, assertEquals, assertMatch } from "@std/assert";
import { type TestApp, testApp } from "../testing/app.ts";

const BY_HAND = {
  "content-type": "application/x-www-form-urlencoded",
  "sec-fetch-dest": "document",
  "sec-fetch-mode": "navigate",
  "sec-fetch-site": "same-origin",
};

const press = (
  app: TestApp,
  path: string,
  form: Record<string, string>,
  cookie: string,
) =>
  app.ask(path, {
    method: "POST",
    headers: BY_HAND,
    body: new URLSearchParams({ once: crypto.randomUUID(), ...form }),
    cookie,
  });

const cookieOf = (answer: Response): string =>
  answer.headers.getSetCookie()
    .find((one) => one.startsWith("chatsphere_refused="))?.split(";")[0] ?? "";

const ASK = { intent: "about", about: "x".repeat(200), timeZone: "" };

Deno.test("a refused form leads to a page that says so, which can be gone back to with what was typed", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const refused = await press(app, "/account/profile?done=a", ASK, cookie);
  assertEquals(refused.status, 303);
  assertEquals(await refused.text(), "");
  const path = refused.headers.get("location")!;
  assertMatch(path, /^\/account\/profile\?done=a&refused=[\w-]{43}$/);
  const own = `${cookie}; ${cookieOf(refused)}`;
  const headers = { accept: "text/html" };
  for (let time = 0; time < 2; time++) {
    const page = await app.ask(path, { cookie: own, headers });
    assertEquals(page.status, 422);
    assertEquals(page.headers.get("cache-control"), "private, no-store");
    assertEquals(page.headers.get("x-person"), account.id);
    const html = await page.text();
    assertMatch(html, /Use at most 160 characters/);
    assert(html.includes("x".repeat(160)));
    const [, nonce] = /nonce="([^"]+)"/.exec(html) ?? [];
    const policy = page.headers.get("content-security-policy")!;
    if (nonce) assert(policy.includes(nonce), "its scripts run");
  }
  // Mended on that page: what it was called is not handed on.
  const mended = await press(app, path, { ...ASK, about: "Hi" }, own);
  assertEquals(mended.headers.get("location"), "/account/profile?done=about");
});

Deno.test("what is sent from a page that was gone back to is done, though the same was sent from it before", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const refused = await press(app, "/account/profile", ASK, cookie);
  const path = refused.headers.get("location")!;
  const own = `${cookie}; ${cookieOf(refused)}`;
  const textOf = async (path: string) =>
    await (await app.ask(path, { cookie: own })).text();
  const sendAs = async (about: string) => {
    const html = await textOf(path);
    const form = html.match(/<form\b[\s\S]*?<\/form>/g)
      ?.find((one) => one.includes('value="about"'));
    const once = /name="once" value="([^"]+)"/.exec(form ?? "")?.[1] ?? "";
    const sent = await press(app, path, { ...ASK, about, once }, own);
    assertEquals(sent.headers.get("location"), "/account/profile?done=about");
  };
  for (const about of ["Reads", "Writes", "Reads"]) {
    await sendAs(about);
    assert((await textOf("/account/profile")).includes(about));
  }
});

Deno.test("the page of a refused form is there for the browser that sent it, as long as its session", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const eve = await app.person("Eve");
  const refused = await press(app, "/account/profile", ASK, cookie);
  const path = refused.headers.get("location")!;
  const own = cookieOf(refused);
  const cookies = [cookie, `${eve.cookie}; ${own}`, own, eve.cookie, ""];
  for (const other of cookies) {
    const answer = await app.ask(path, { cookie: other });
    assertEquals(answer.status, 303);
    assertEquals(answer.headers.get("location"), "/account/profile");
  }
  const elsewhere = path.replace("profile", "email");
  const there = await app.ask(elsewhere, { cookie: `${cookie}; ${own}` });
  assertEquals(there.headers.get("location"), "/account/email");
  await app.send("/logout", {}, cookie);
  const after = await app.ask(path, { cookie: `${cookie}; ${own}` });
  assertEquals(after.status, 303);
});

Deno.test("where the page of a refused form is no more, nothing says that the form was taken", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const { headers } = await press(
    ...[app, "/account/profile?done=about&next=a", ASK, cookie] as const,
  );
  const later = await app.ask(headers.get("location")!, { cookie });
  assertEquals(later.headers.get("location"), "/account/profile?next=a");
});

Deno.test("before anybody is known it is the same, and programs are answered at once", async () => {
  await using app = await testApp();
  const wrong = { email: "nobody@example.com", password: "a guess" };
  const refused = await press(app, "/login?next=/rooms", wrong, "");
  const path = refused.headers.get("location")!;
  assertMatch(path, /^\/login\?next=%2Frooms&refused=/);
  // Guessing is seen in the log as before.
  assertEquals(app.lines.at(-1)?.status, 401);
  const page = await app.ask(path, { cookie: cookieOf(refused) });
  assertEquals(page.status, 401);
  assert((await page.text()).includes(wrong.email));
  const again = await press(app, "/login", wrong, cookieOf(refused));
  assertEquals(cookieOf(again), cookieOf(refused), "one browser, one cookie");
  assertEquals((await app.send("/login", wrong)).status, 401);
});

Deno.test("a form pressed again with the cookie its first press brought counts once", async () => {
  await using app = await testApp();
  const { account: { email } } = await app.person("Ada");
  // Ten are allowed in all.
  for (let n = 0; n < 6; n++) {
    const form = { once: crypto.randomUUID(), email, password: "a guess" };
    const first = await press(app, "/login", form, "");
    const own = cookieOf(first);
    const again = await press(app, "/login", form, own);
    const page = await app.ask(again.headers.get("location")!, { cookie: own });
    assertEquals(page.status, 401);
  }
  const password = "correct horse battery";
  const right = await press(app, "/login", { email, password }, "");
  assertMatch(right.headers.get("location") ?? "", /^\/login\/face/);
});
