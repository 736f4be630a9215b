import { assert, assertEquals, assertMatch } from "@std/assert";
import { faceOf } from "../testing/api.ts";
import {
  pictureOf,
  type TestApp,
  testApp,
  withoutNumbers,
} from "../testing/app.ts";

const NEW = "nine lives of a cat";

const settle = () => new Promise((done) => setTimeout(done, 5));

/** Settles once an e-mail with this subject has been sent; it is sent behind the answer's back. */
async function mailAbout({ mails }: TestApp, subject: RegExp) {
  while (true) {
    const mail = mails.findLast((mail) => subject.test(mail.subject));
    if (mail) return mail;
    await settle();
  }
}

/** The path of the link Ada asks for. */
async function linkFor(app: TestApp, email: string): Promise<string> {
  app.mails.length = 0;
  await app.send("/login/forgot", { email });
  const { text } = await mailAbout(app, /new ChatSphere password/);
  const url = new URL(text.match(/http\S+\/login\/reset\/\S+/)![0]);
  assertEquals(url.origin, app.origin);
  return url.pathname;
}

const loginCookie = (answer: Response): string =>
  answer.headers.getSetCookie()
    .find((cookie) => cookie.startsWith("chatsphere_login="))
    ?.split(";")[0] ?? "";

const bodyOf = async (answer: Response) => withoutNumbers(await answer.text());

Deno.test("the sign-in page leads to a new password and back, without a script", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const login = await bodyOf(await app.ask("/login"));
  assertMatch(login, /href="\/login\/forgot">Forgot your password\?/);
  assertMatch(await bodyOf(await app.ask("/login/forgot")), /Send the link/);

  const link = await linkFor(app, account.email);
  // Mail programs look first, and people open a link twice.
  for (let n = 0; n < 2; n++) {
    const page = await app.ask(link);
    assertEquals(page.status, 200);
    const html = await bodyOf(page);
    assert(!/<script/i.test(html));
    assertMatch(html, /autocomplete="new-password"/);
    assert(html.includes(account.email));
  }
  const set = await app.send(link, { password: NEW }, cookie);
  assertEquals(set.status, 303);
  assertEquals(set.headers.get("location"), "/login?reset");
  assertEquals(
    set.headers.getSetCookie().filter((line) => /Max-Age=0/.test(line)).length,
    2,
  );
  const told = await bodyOf(await app.ask("/login?reset"));
  assertMatch(
    told,
    /role="status" tabindex="-1" autofocus>[^]*password is set/,
  );
  await mailAbout(app, /password was changed/);
  const rooms = await app.ask("/rooms", { cookie });
  assertEquals(rooms.headers.get("location"), "/login?next=%2Frooms");
});

Deno.test("a reset tells realtime to end what is open, and signs out whoever else was signed in here", async () => {
  await using app = await testApp();
  const [ada, bob] = [await app.person("Ada"), await app.person("Bob")];
  const link = await linkFor(app, ada.account.email);
  const other = await app.person("Carl");
  await app.send(link, { password: NEW }, bob.cookie);
  const [all, here, ...more] = app.realtime.ended;
  assertEquals(all, { userId: ada.account.id });
  assertEquals(here.userId, bob.account.id);
  assertMatch(here.sid ?? "", /^[0-9a-f]{32}$/);
  assertEquals(more, []);
  assertEquals((await app.ask("/rooms", { cookie: bob.cookie })).status, 303);
  assertEquals((await app.ask("/rooms", { cookie: other.cookie })).status, 200);
});

Deno.test("asking answers alike for an account and for none", async () => {
  await using app = await testApp();
  const { account } = await app.person("Ada");
  const seen = async (email: string) => {
    const answer = await app.send("/login/forgot", { email });
    const headers = [...answer.headers].filter(([name]) =>
      name !== "x-request-id" && name !== "content-security-policy"
    );
    return { status: answer.status, headers, body: await bodyOf(answer) };
  };
  const [unknown, known] = ["nobody@example.com", account.email];
  assertEquals(await seen(unknown), await seen(known));
  assertEquals((await seen(known)).status, 303);
  const asked = await bodyOf(await app.ask("/login/forgot?asked"));
  assertMatch(asked, /If that address has an account/);

  // Refused after the fifth time, both in the same words.
  const words = async (email: string) => {
    let answer;
    do answer = await app.send("/login/forgot", { email }); while (
      answer.status === 303
    );
    assertEquals(answer.status, 429);
    return (await bodyOf(answer)).replaceAll(email, "E-MAIL");
  };
  assertEquals(await words(unknown), await words(known));
  while (app.mails.length < 5) await settle();
});

Deno.test("an address that is none stays in the form, with what is wrong beside it", async () => {
  await using app = await testApp();
  const answer = await app.send("/login/forgot", { email: "ada@" });
  assertEquals(answer.status, 422);
  const html = await bodyOf(answer);
  assertMatch(html, /value="ada@"/);
  assertMatch(html, /id="email-error"/);
});

Deno.test("a weak new password is told beside its field, and the link goes on working", async () => {
  await using app = await testApp();
  const { account } = await app.person("Ada");
  const link = await linkFor(app, account.email);
  const weak = await app.send(link, { password: "password1" });
  assertEquals(weak.status, 422);
  const html = await bodyOf(weak);
  assertMatch(html, /id="password-error"[^]*anyone would guess/);
  assert(!html.includes("password1"));
  assertEquals((await app.send(link, { password: NEW })).status, 303);
});

Deno.test("a link that was used, or never was, says what to do", async () => {
  await using app = await testApp();
  const { account } = await app.person("Ada");
  const link = await linkFor(app, account.email);
  const both = await Promise.all(
    [NEW, `${NEW} or two`].map((password) => app.send(link, { password })),
  );
  assertEquals(both.map(({ status }) => status).sort(), [303, 410]);
  const never = `/login/reset/${"a".repeat(43)}`;
  for (const path of [link, never, "/login/reset/x"]) {
    for (const answer of [await app.ask(path), await app.send(path, {})]) {
      assertEquals(answer.status, 410);
      const html = await bodyOf(answer);
      assertMatch(html, /no longer works/);
      assertMatch(html, /href="\/login\/forgot">Ask for another link/);
      assert(!html.includes(account.email));
    }
  }
});

Deno.test("the address of the page is kept from everybody else, and a form may still be sent from it", async () => {
  await using app = await testApp();
  const { account } = await app.person("Ada");
  const link = await linkFor(app, account.email);
  const page = await app.ask(link);
  assertEquals(page.headers.get("referrer-policy"), "strict-origin");
  assertEquals(page.headers.get("cache-control"), "no-store");
  assert(!/(href|src)="https?:/.test(await bodyOf(page)));
  const over = await app.ask("/login/reset/x");
  assertEquals(over.headers.get("referrer-policy"), "strict-origin");
  const other = await app.ask("/login/forgot");
  assertEquals(other.headers.get("referrer-policy"), "same-origin");
  const body = new URLSearchParams({ password: NEW });
  const from = (origin: string) =>
    app.ask(link, { method: "POST", body, headers: { origin } });
  assertEquals((await from("https://evil.example")).status, 403);
  assertEquals((await from(app.origin)).status, 303);
});

Deno.test("after a reset the code by e-mail is refused, which is said, until the face was shown", async () => {
  await using app = await testApp();
  const { account: { email } } = await app.person("Ada");
  await app.send(await linkFor(app, email), { password: NEW });
  await mailAbout(app, /password was changed/);
  const first = await app.send("/login", { email, password: NEW });
  const cookie = loginCookie(first);
  const step = first.headers.get("location")!;
  assertMatch(step, /^\/login\/face/);
  const face = await bodyOf(await app.ask(step, { cookie }));
  assertMatch(face, /an e-mail code would prove nothing more/);
  assertMatch(face, /ask whoever runs your ChatSphere/);
  assert(!face.includes("e-mail code instead"));

  const sent = app.mails.length;
  for (const intent of ["send", "again", ""]) {
    const form = { intent, code: "123456" };
    const refused = await app.send("/login/code", form, cookie);
    assertMatch(refused.headers.get("location")!, /^\/login\/face/);
  }
  assertEquals((await app.ask("/login/code", { cookie })).status, 303);
  assertEquals(app.mails.length, sent);

  const photo = (name: string) => {
    const form = new FormData();
    form.set("selfie", new File([pictureOf(name)], "me.jpg"));
    return app.send("/login/face", form, cookie);
  };
  const wrong = await bodyOf(await photo("Eve"));
  assertMatch(wrong, /does not look like/);
  assert(!wrong.includes("or use an e-mail code"));
  assertMatch(wrong, /would prove nothing more/);
  assertEquals((await photo("Ada")).headers.get("location"), "/rooms");

  const again = loginCookie(
    await app.send("/login", { email, password: NEW }),
  );
  const form = { intent: "send" };
  const allowed = await app.send("/login/code", form, again);
  assertMatch(allowed.headers.get("location")!, /^\/login\/code/);
});

Deno.test("five photos that do not match after a reset do not point to the code", async () => {
  await using app = await testApp();
  const { account: { email } } = await app.person("Ada");
  await app.send(await linkFor(app, email), { password: NEW });
  const cookie = loginCookie(
    await app.send("/login", { email, password: NEW }),
  );
  let last = "";
  for (let n = 0; n < 5; n++) {
    const form = new FormData();
    form.set("selfie", new File([pictureOf("Eve")], "me.jpg"));
    const answer = await app.send("/login/face", form, cookie);
    last = answer.headers.get("location") ?? "";
  }
  assertMatch(last, /^\/login\?face-first/);
  assertMatch(await bodyOf(await app.ask(last)), /ask whoever runs/);
});

Deno.test("the API asks for the face after a reset, too", async () => {
  await using app = await testApp();
  const { account: { email } } = await app.person("Ada");
  await app.send(await linkFor(app, email), { password: NEW });
  const ask = (body: unknown, cookie = "") =>
    app.ask("/api/login", {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
      cookie,
    });
  const first = await ask({ email, password: NEW });
  assertEquals(first.status, 202);
  assertEquals((await first.json()).next, "faceImage");
  const refused = await ask({ code: "123456" }, loginCookie(first));
  assertEquals(refused.status, 403);
  assertEquals((await refused.json()).error.code, "face-first");
  const all = { email, password: NEW, faceImage: faceOf("Ada") };
  assertEquals((await ask(all)).status, 200);
});
