import { assert, assertEquals, assertMatch } from "@std/assert";
import { pictureOf, type TestApp, testApp } from "../testing/app.ts";

/** The number of a form nobody else has. */
const number = () => crypto.randomUUID();

const cookieOf = (answer: Response): string =>
  answer.headers.getSetCookie()[0].split(";")[0];

/** Somebody whose password was right and who was sent a code, with that code. */
async function awaitingCode(app: TestApp, name: string) {
  const { account } = await app.person(name);
  const first = await app.send("/login", {
    ...{ email: account.email, password: "correct horse battery" },
  });
  const cookie = cookieOf(first);
  await app.send("/login/code", { intent: "send", once: number() }, cookie);
  const [, a, b] = /(\d{3}) (\d{3})/.exec(app.mails.at(-1)!.text)!;
  return { cookie, code: a + b };
}

/** Six digits that are not the code. */
const wrong = (code: string, by: number): string =>
  String((Number(code) + by) % 1_000_000).padStart(6, "0");

/** What a page says of the tries that are left. */
async function left(answer: Response | Promise<Response>): Promise<string> {
  const { status, headers } = await answer;
  const html = await (await answer).text();
  return /You can try (\d+ more|once)/.exec(html)?.[0] ??
    `${status} ${headers.get("location")}`;
}

Deno.test("a wrong code that is sent twice, or nine times, is one try", async () => {
  await using app = await testApp();
  const { cookie, code } = await awaitingCode(app, "Ada");
  const press = (by: number, once: string) =>
    left(app.send("/login/code", { code: wrong(code, by), once }, cookie));
  const once = number();
  const presses = await Promise.all(
    Array.from({ length: 8 }, () => press(1, once)),
  );
  presses.push(await press(1, once));
  assertEquals(presses, presses.map(() => "You can try 4 more"));
  // The next one is another try, and has another number.
  assertEquals(await press(2, number()), "You can try 3 more");
});

Deno.test("a wrong password and a wrong face count once, too", async () => {
  await using app = await testApp();
  const { account } = await app.person("Ada");
  const once = number();
  const attempt = (password: string, once: string) =>
    app.send("/login", { email: account.email, password, once });
  // Ten are allowed in all.
  for (let n = 0; n < 15; n++) {
    assertEquals((await attempt("wrong horse battery", once)).status, 401);
  }
  const answer = await attempt("correct horse battery", number());
  assertEquals(answer.status, 303);

  const cookie = cookieOf(answer);
  const look = (name: string, once: string) => {
    const form = new FormData();
    form.set("once", once);
    form.append("selfie", new File([pictureOf(name)], "me.jpg"));
    return app.send("/login/face", form, cookie);
  };
  const face = number();
  // Five are allowed.
  for (let n = 0; n < 8; n++) {
    assertEquals((await look("Grace", face)).status, 401);
  }
  assertEquals((await look("Ada", number())).status, 303);
});

Deno.test("what is sent again is the very page, with the policy its scripts need", async () => {
  await using app = await testApp();
  const { account } = await app.person("Ada");
  const cookie = cookieOf(
    await app.send("/login", {
      ...{ email: account.email, password: "correct horse battery" },
    }),
  );
  const once = number();
  const look = async () => {
    const form = new FormData();
    form.set("once", once);
    form.append("selfie", new File([pictureOf("Grace")], "me.jpg"));
    const answer = await app.send("/login/face", form, cookie);
    const policy = answer.headers.get("content-security-policy") ?? "";
    return { html: await answer.text(), policy };
  };
  const [first, second] = [await look(), await look()];
  assertEquals(second, first);
  const [, nonce] = /<script[^>]* nonce="(\w+)"/.exec(second.html)!;
  assertMatch(second.policy, new RegExp(`script-src[^;]*'nonce-${nonce}'`));
  assert(!/script-src[^;]*'unsafe-inline'/.test(second.policy));
});

Deno.test("attack: one form's number buys no guesses", async () => {
  await using app = await testApp();
  const { cookie, code } = await awaitingCode(app, "Ada");
  const once = number();
  const fields = (by: number) => ({ code: wrong(code, by), once });
  const guess = (form: Record<string, string>) =>
    left(app.send("/login/code", form, cookie));
  // All at once, each with another code: as many are heard as are allowed, and the rest is over.
  const guesses = await Promise.all(
    Array.from({ length: 20 }, (_, n) => guess(fields(n + 1))),
  );
  assertEquals(
    guesses.filter((answer) => answer.includes("You can try")).length,
    4,
  );
  assertEquals(await guess({ code, once }), "401 null", "the code is over");

  // The same code under a field that nobody reads is another form.
  const bob = await awaitingCode(app, "Bob");
  const again = number();
  const tell = (extra: Record<string, string>) =>
    left(
      app.send("/login/code", {
        ...{ code: wrong(bob.code, 1), once: again },
        ...extra,
      }, bob.cookie),
    );
  assertEquals(await tell({ x: "1" }), "You can try 4 more");
  assertEquals(await tell({ x: "2" }), "You can try 3 more");
});

Deno.test("attack: somebody else who sends the same form gets an answer of their own", async () => {
  await using app = await testApp();
  const [ada, bob] = [
    await awaitingCode(app, "Ada"),
    await awaitingCode(app, "Bob"),
  ];
  const form = { code: wrong(ada.code, 1), once: number() };
  if (form.code === bob.code) form.code = wrong(ada.code, 2);
  const send = (cookie: string) => left(app.send("/login/code", form, cookie));
  assertEquals(await send(ada.cookie), "You can try 4 more");
  assertEquals(await send(bob.cookie), "You can try 4 more");
  // Each of these was a try against its own account, and the next one counts from there.
  const next = { ...form, code: wrong(form.code, 3) };
  for (const { cookie } of [ada, bob]) {
    const answer = await left(app.send("/login/code", next, cookie));
    assertEquals(answer, "You can try 3 more");
  }

  // A page shows what its reader may see: without their session nobody gets it.
  const carol = await app.person("Carol");
  const rename = { intent: "rename", name: "", once: number() };
  const page = await app.send("/account", rename, carol.cookie);
  assertEquals(page.status, 422);
  assertMatch(await page.text(), /Carol/);
  for (const cookie of [ada.cookie, ""]) {
    const other = await app.send("/account", rename, cookie);
    assert(!(await other.text()).includes("Carol"), `${other.status}`);
  }
});

Deno.test("what is to be tried again later is tried again", async () => {
  await using app = await testApp();
  const { account } = await app.person("Ada");
  const once = number();
  const attempt = (once: string) =>
    app.send("/login", { email: account.email, password: "no", once });
  for (let n = 0; n < 10; n++) await attempt(number());
  assertEquals((await attempt(once)).status, 429);
  for await (const { key } of app.services.kv.list({ prefix: ["attempts"] })) {
    await app.services.kv.delete(key);
  }
  assertEquals((await attempt(once)).status, 401);
});
