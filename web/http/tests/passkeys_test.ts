import { assert, assertEquals, assertMatch } from "@std/assert";
import { authenticator, type Lie } from "../../accounts/passkeys/testing.ts";
import { createSession } from "../../accounts/sessions.ts";
import {
  type AccountRecord,
  type AttemptsRecord,
  keys,
} from "../../accounts/store.ts";
import { testApp } from "../testing/app.ts";
import { cookieOf } from "../testing/form-answers.ts";
import {
  add,
  alone,
  firstStep,
  optionsFor,
  PASSWORD,
  secondStep,
  sessionOf,
} from "../testing/passkeys.ts";

Deno.test("a passkey is added, is asked for after the password, signs in, and is asked for first next time", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const key = await add(app, cookie);
  assertMatch(app.mails.at(-1)!.subject, /A passkey was added/);
  const first = await firstStep(app, account.email);
  assertEquals(first.location, "/login/face?next=%2Faccount");
  const face = await app.ask(first.location!, { cookie: first.half });
  assertMatch(await face.text(), /Use a passkey instead[^]*Use an e-mail code/);
  const answer = await secondStep(app, first.half, key);
  assertEquals(answer.headers.get("location"), "/account");
  const session = sessionOf(answer);
  assertEquals((await app.ask("/rooms", { cookie: session })).status, 200);
  const next = await firstStep(app, account.email);
  assertEquals(next.location, "/login/passkey?next=%2Faccount");
  const page = await app.ask(next.location!, { cookie: next.half });
  assertMatch(await page.text(), /needs? JavaScript[^]*Use your face instead/);
  const list = await app.ask("/account/passkeys", { cookie: session });
  assertMatch(await list.text(), /Laptop[^]*last used/);
});

Deno.test("whoever has no passkey is led from its page to where their sign-in is", async () => {
  await using app = await testApp();
  const { account } = await app.person("Ada");
  const { half, location } = await firstStep(app, account.email);
  assertEquals(location, "/login/face?next=%2Faccount");
  const page = await app.ask("/login/passkey?next=%2Faccount", {
    cookie: half,
  });
  assertEquals(page.status, 200);
  const text = await page.text();
  assertMatch(text, /has no passkey, so your sign-in does not ask for one/);
  assert(text.includes(`href="${location}">Go on with your sign-in</a>`));
  assertMatch(text, /Use an e-mail code instead/);
  assert(!/another address|Sign in with my passkey/.test(text));
});

Deno.test("a passkey signs in alone when its authenticator made sure of the person, and not otherwise", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const key = await add(app, cookie);
  const refused = await alone(app, key, { unverified: true });
  assertEquals([refused.status, sessionOf(refused)], [401, ""]);
  assertMatch(await refused.text(), /That passkey did not work here/);
  const right = await alone(app, key);
  assertEquals(right.headers.get("location"), "/account");
  const page = await app.ask("/account", { cookie: sessionOf(right) });
  assertMatch(await page.text(), /Ada/);
  // After the password it is one factor of two, and its presence is enough.
  const { half } = await firstStep(app, "person-1@example.com");
  const second = await secondStep(app, half, key, { unverified: true });
  assert(sessionOf(second));
});

const LIES: [string, Lie][] = [
  ["another origin", { origin: "https://evil.example" }],
  ["another port of the host", { origin: "http://localhost:9999" }],
  ["another host’s hash", { rpId: "evil.example" }],
  ["a challenge of its own", { challenge: "A".repeat(43) }],
  ["a frame of another site", { crossOrigin: true }],
  ["a signature of something else", { forged: true }],
  ["a counter that went back", { counter: 1 }],
  ["somebody else’s account", { userHandle: "YW5vdGhlcg" }],
];
for (const [what, lie] of LIES) {
  Deno.test(`an answer with ${what} is refused, alone and as the second step`, async () => {
    await using app = await testApp();
    const { account, cookie } = await app.person("Ada");
    const key = await add(app, cookie);
    assert(sessionOf(await alone(app, key)));
    const refused = await alone(app, key, lie);
    assertEquals([refused.status, sessionOf(refused)], [401, ""]);
    const { half } = await firstStep(app, account.email);
    const second = await secondStep(app, half, key, lie);
    assertEquals([second.status, sessionOf(second)], [401, ""]);
    assert(sessionOf(await secondStep(app, half, key)));
  });
}

Deno.test("of a passkey and its copy that count alike and answer at once, one signs in", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const key = await add(app, cookie);
  const both = await Promise.all(
    [1, 2].map(() => alone(app, key, { counter: 7 })),
  );
  assertEquals(both.map(({ status }) => status).sort(), [303, 401]);
});

Deno.test("a challenge is good once, for its purpose and its browser", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const key = await add(app, cookie);
  const { half } = await firstStep(app, account.email);
  const { options } = await optionsFor(app, "second-step", { cookie: half });
  const other = await firstStep(app, account.email);
  const send = (passkey: string, as: string, path = "/login/passkey") =>
    app.send(path, { passkey }, as);
  // In another pending login of the same person; that has used it up.
  const elsewhere = await send(await key.get(options), other.half);
  assertEquals(elsewhere.status, 401);
  const late = await send(await key.get(options), half);
  assertEquals(late.status, 401);

  const again =
    (await optionsFor(app, "second-step", { cookie: half })).options;
  const passkey = await key.get(again);
  assert(sessionOf(await send(passkey, half)));
  const { half: third } = await firstStep(app, account.email);
  assertEquals((await send(passkey, third)).status, 401);

  // One for signing in alone, of a browser that has not asked.
  const open = await optionsFor(app, "sign-in");
  const stolen = await send(await key.get(open.options), "", "/login");
  assertEquals([stolen.status, sessionOf(stolen)], [401, ""]);
});

Deno.test("another account’s passkey does not end this one’s sign-in, and five tries end the login", async () => {
  await using app = await testApp();
  const ada = await app.person("Ada");
  const eve = await app.person("Eve");
  await add(app, ada.cookie);
  const eves = await add(app, eve.cookie, "Eve’s");
  const { half } = await firstStep(app, ada.account.email);
  for (let n = 1; n < 5; n++) {
    assertEquals((await secondStep(app, half, eves)).status, 401);
  }
  const last = await secondStep(app, half, eves);
  assertEquals(last.headers.get("location"), "/login?tries&next=%2Faccount");
});

Deno.test("challenges are given so many times for a network, whatever they are for", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const { half } = await firstStep(app, account.email);
  assertEquals(
    (await optionsFor(app, "second-step", { cookie: half })).answer.status,
    200,
  );
  const [counted] = await Array.fromAsync(
    app.services.kv.list<AttemptsRecord>({
      prefix: ["attempts", "passkey-asked"],
    }),
  );
  await app.services.kv.set(counted.key, { ...counted.value, count: 600 });
  const password = PASSWORD;
  for (
    const [purpose, more] of [
      ["sign-in", {}],
      ["second-step", { cookie: half }],
      ["add", { cookie, password }],
    ] as const
  ) {
    const { answer } = await optionsFor(app, purpose, more);
    assertEquals([purpose, answer.status], [purpose, 429]);
  }
});

Deno.test("what a stranger is given to sign in with is the same whoever has passkeys", async () => {
  await using app = await testApp();
  const shape = async () => {
    const { options } = await optionsFor(app, "sign-in");
    return { ...options, challenge: "" };
  };
  const before = await shape();
  await add(app, (await app.person("Ada")).cookie);
  assertEquals(await shape(), before);
  assertEquals(before.allowCredentials, []);
});

Deno.test("a passkey is added only with the password, soon after signing in, and at most by one account", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  for (const password of ["", "a guess at it"]) {
    const { answer, options } = await optionsFor(app, "add", {
      cookie,
      password,
    });
    assertEquals([answer.status, options.error.code], [403, "wrong-password"]);
  }
  const stranger = await optionsFor(app, "add", { password: PASSWORD });
  assertEquals(stranger.answer.status, 401);

  const key = await add(app, cookie);
  const eve = await app.person("Eve");
  const { options } = await optionsFor(app, "add", {
    cookie: eve.cookie,
    password: PASSWORD,
  });
  const form = { intent: "add", name: "Mine", passkey: key.create(options) };
  const taken = await app.send("/account/passkeys", form, eve.cookie);
  assertEquals(taken.status, 401);

  const { kv } = app.services;
  const old = await createSession(app.services, account.id);
  for await (
    const { key, value } of kv.list<object>({ prefix: ["sessions"] })
  ) {
    await kv.set(key, { ...value, createdAt: Date.now() - 11 * 60_000 });
  }
  const late = await optionsFor(app, "add", {
    cookie: `chatsphere_session=${old.token}`,
    password: PASSWORD,
  });
  assertEquals(late.options.error.code, "sign-in-again");
});

Deno.test("a removed passkey signs nobody in, and whoever used it is signed out", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const key = await add(app, cookie);
  const theirs = sessionOf(await alone(app, key));
  const remove = (password: string) => {
    const form = { intent: "remove", id: key.id, password };
    return app.send("/account/passkeys", form, cookie);
  };
  const wrong = await remove("a guess at it");
  assertEquals(wrong.status, 403);
  assertMatch(await wrong.text(), /This is not your current password/);
  const answer = await remove(PASSWORD);
  assertEquals(
    answer.headers.get("location"),
    "/account/passkeys?done=remove",
  );
  assertMatch(app.mails.at(-1)!.subject, /was removed/);
  assertEquals((await app.ask("/rooms", { cookie: theirs })).status, 303);
  assertEquals((await app.ask("/rooms", { cookie })).status, 200);
  assertEquals((await alone(app, key)).status, 401);
});

Deno.test("a passkey is called otherwise", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const { id } = await add(app, cookie);
  const rename = (name: string) =>
    app.send("/account/passkeys", { intent: "rename", id, name }, cookie);
  assertEquals((await rename(" ")).status, 422);
  await rename("  My   phone ");
  const html = await (await app.ask("/account/passkeys", { cookie })).text();
  assertMatch(html, /<bdi>My phone<\/bdi>/);
});

Deno.test("somebody signs up with a passkey, without a face and without a code", async () => {
  await using app = await testApp();
  const answer = await app.send("/register?next=/account", {
    name: "Grace Hopper",
    email: "grace@example.com",
    password: "nine lives of a cat",
    factor: "passkey",
  });
  const path = answer.headers.get("location")!;
  assertEquals(path, "/register/passkey?next=%2Faccount");
  const half = cookieOf(answer, "chatsphere_login");
  assertMatch(
    await (await app.ask(path, { cookie: half })).text(),
    /Make your passkey[^]*Use an e-mail code instead/,
  );
  const key = await authenticator(app.origin);
  const { options } = await optionsFor(app, "sign-up", { cookie: half });
  const form = { passkey: key.create(options), name: "Phone" };
  const made = await app.send(path, form, half);
  assertEquals(made.headers.get("location"), "/account");
  assert(sessionOf(made));
  assert(sessionOf(await alone(app, key)));
});

Deno.test("the password alone adds no passkey: only a new account has its first one added so", async () => {
  await using app = await testApp();
  const { account } = await app.person("Ada");
  const { half } = await firstStep(app, account.email);
  const { options } = await optionsFor(app, "sign-up", { cookie: half });
  assertEquals(options.error.code, "login-expired");
  const path = "/register/passkey";
  const sent = await app.send(path, { passkey: "{}", name: "Mine" }, half);
  assertMatch(sent.headers.get("location")!, /^\/login\?late/);
});

Deno.test("after a reset by e-mail a passkey is needed, not a code, and it lets codes work again", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const { account, cookie } = await app.person("Ada");
  const key = await add(app, cookie);
  const entry = await s.kv.get<AccountRecord>(keys.account(account.id));
  await s.kv.set(entry.key, {
    ...entry.value!,
    faceFirst: true,
    hasFace: false,
  });
  const first = await firstStep(app, account.email);
  assertEquals(first.location, "/login/passkey?next=%2Faccount");
  const code = await app.send("/login/code", { intent: "send" }, first.half);
  assertMatch(code.headers.get("location")!, /^\/login\/passkey/);
  const page = await app.ask(first.location!, { cookie: first.half });
  assertMatch(await page.text(), /Sign in with your passkey once/);
  assert(sessionOf(await secondStep(app, first.half, key)));
  const { half } = await firstStep(app, account.email);
  const now = await app.send("/login/code", { intent: "send" }, half);
  assertMatch(now.headers.get("location")!, /^\/login\/code/);
});

Deno.test("where a face is required no passkey is added, offered, or taken alone", async () => {
  await using app = await testApp({ FACE_SIGN_IN: "required" });
  const { cookie } = await app.person("Ada");
  const asked = await optionsFor(app, "add", { cookie, password: PASSWORD });
  assertEquals(asked.options.error.code, "passkeys-off");
  const login = await (await app.ask("/login")).text();
  assert(!login.includes("passkey"));
  const form = { passkey: "{}" };
  assertEquals((await app.send("/login", form)).status, 403);
  const register = await (await app.ask("/register")).text();
  assert(!register.includes("passkey"));
});

Deno.test("at an address without a name passkeys are not offered, and the pages say so", async () => {
  await using app = await testApp({ APP_URL: "http://192.0.2.7:8000" });
  const { cookie } = await app.person("Ada");
  assert(!(await (await app.ask("/login")).text()).includes("passkey"));
  const page = await (await app.ask("/account/passkeys", { cookie })).text();
  assertMatch(page, /only at an address with a name/);
});

Deno.test("password managers find where passkeys are made", async () => {
  await using app = await testApp();
  const answer = await app.ask("/.well-known/passkey-endpoints");
  const manage = `${app.origin}/account/passkeys`;
  assertEquals(await answer.json(), { enroll: manage, manage });
  assertEquals(
    answer.headers.get("content-type"),
    "application/json",
  );
});

Deno.test("an account that is deleted leaves nothing of its passkeys", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const key = await add(app, cookie);
  const form = { intent: "delete-account", password: PASSWORD };
  await app.send("/account", form, cookie);
  const { kv } = app.services;
  const left = await Array.fromAsync(
    kv.list({ prefix: ["passkey_accounts"] }),
  );
  assertEquals(left.length, 0);
  assertEquals((await alone(app, key)).status, 401);
});
