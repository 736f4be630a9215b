import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
} from "@std/assert";
import { pictureOf, type TestApp, testApp } from "../testing/app.ts";

/** The number of the form on a page in which `mark` stands. */
async function onceOf(
  app: TestApp,
  path: string,
  cookie?: string,
  mark = "<button",
): Promise<string> {
  const html = await (await app.ask(path, { cookie })).text();
  const forms = html.match(/<form\b[\s\S]*?<\/form>/g) ?? [];
  const form =
    forms.find((form) =>
      form.includes('method="post"') && !form.includes('action="/logout"') &&
      form.includes(mark)
    ) ?? "";
  const once = /name="once" value="([^"]+)"/.exec(form)?.[1];
  assert(once, `No form with ${mark} on ${path} has a number.`);
  return once;
}

const answerOf = (answer: Response) => ({
  status: answer.status,
  location: answer.headers.get("location"),
  cookies: answer.headers.getSetCookie(),
});

/** Presses twice at once, and again when the answer is there: always with the cookie of the page. */
async function press(
  app: TestApp,
  path: string,
  form: Record<string, string> | FormData,
  cookie?: string,
) {
  const [first, second] = await Promise.all([
    app.send(path, form, cookie),
    app.send(path, form, cookie),
  ]);
  const third = await app.send(path, form, cookie);
  const all = [first, second, third].map(answerOf);
  assertEquals(all, [all[0], all[0], all[0]]);
  assertEquals(all[0].status, 303);
  return all[0];
}

const cookieIn = ({ cookies }: { cookies: string[] }, name: string): string =>
  cookies.find((cookie) => cookie.startsWith(`chatsphere_${name}=`))
    ?.split(";")[0] ?? "";

async function isSignedIn(app: TestApp, cookie: string): Promise<boolean> {
  return (await app.ask("/account", { cookie })).status === 200;
}

Deno.test("an account that is created twice is one, and the person is signed in", async () => {
  await using app = await testApp();
  const form = new FormData();
  const fields = {
    name: "Grace Hopper",
    email: "grace@acme.net",
    password: "nine lives of a cat",
    consent: "yes",
    once: await onceOf(app, "/register"),
  };
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.append("selfie", new File([pictureOf("Grace")], "me.jpg"));
  const answer = await press(app, "/register", form);
  assert(await isSignedIn(app, cookieIn(answer, "session")));
});

Deno.test("each step of a sign-in may be pressed twice", async () => {
  await using app = await testApp();
  const { account } = await app.person("Ada");
  const password = "correct horse battery";
  const first = await press(app, "/login", {
    ...{ email: account.email, password, once: await onceOf(app, "/login") },
  });
  const cookie = cookieIn(first, "login");
  const send = await onceOf(app, "/login/face", cookie, "/login/code");
  await press(app, "/login/code", { intent: "send", once: send }, cookie);
  const codes = app.mails.map(({ text }) => /\d{3} \d{3}/.exec(text)?.[0]);
  assertEquals(codes.length, 1, "one code by e-mail, and not three");
  const once = await onceOf(app, "/login/code", cookie, 'name="code"');
  const last = await press(
    ...[app, "/login/code", { code: codes[0] ?? "", once }, cookie] as const,
  );
  assert(await isSignedIn(app, cookieIn(last, "session")));

  const again = await app.send("/login", { email: account.email, password });
  const pending = answerOf(again).cookies[0].split(";")[0];
  const form = new FormData();
  const mark = "multipart/form-data";
  form.set("once", await onceOf(app, "/login/face", pending, mark));
  form.append("selfie", new File([pictureOf("Ada")], "me.jpg"));
  const face = await press(app, "/login/face", form, pending);
  assert(await isSignedIn(app, cookieIn(face, "session")));
});

Deno.test("a password changed or reset twice leaves the person where the first press does", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const mark = 'value="password"';
  const changed = await press(app, "/account", {
    intent: "password",
    password: "correct horse battery",
    newPassword: "three blind mice run",
    once: await onceOf(app, "/account", cookie, mark),
  }, cookie);
  assert(await isSignedIn(app, cookieIn(changed, "session") || cookie));
  app.mails.length = 0;
  await press(app, "/login/forgot", {
    ...{ email: account.email, once: await onceOf(app, "/login/forgot") },
  });
  // Such mail is made after the answer.
  const find = () =>
    app.mails.flatMap(({ text }) =>
      /\/login\/reset\/[\w-]{20,}/.exec(text)?.[0] ?? []
    );
  while (find().length === 0) await new Promise((done) => setTimeout(done, 20));
  const [path] = find();
  const once = await onceOf(app, path);
  const reset = await press(app, path, {
    password: "four calling birds",
    once,
  });
  assertMatch(reset.location ?? "", /\/login/);
});

Deno.test("what is done in a room is done once", async () => {
  await using app = await testApp();
  const ada = await app.person("Ada");
  const bob = await app.person("Bob");
  const made = await press(app, "/rooms", {
    ...{ name: "Lab", once: await onceOf(app, "/rooms", ada.cookie) },
  }, ada.cookie);
  const members = `${made.location}/members`;
  const number = (mark: string, cookie: string) =>
    onceOf(app, members, cookie, mark);
  await press(app, members, {
    ...{ intent: "rename", name: "Labs" },
    once: await number('value="rename"', ada.cookie),
  }, ada.cookie);
  app.mails.length = 0;
  await press(app, members, {
    ...{ intent: "invite", email: bob.account.email },
    once: await number('value="invite"', ada.cookie),
  }, ada.cookie);
  assertEquals(app.mails.length, 1, "one invitation, and not three");
  const path = /\/invitations\/[\w-]+/.exec(app.mails[0].text)?.[0] ?? "";
  await press(app, path, {
    ...{ intent: "accept", once: await onceOf(app, path, bob.cookie) },
  }, bob.cookie);
  await press(app, members, {
    ...{ intent: "remove", member: bob.account.id, id: bob.account.id },
    once: await number(bob.account.id, ada.cookie),
  }, ada.cookie);
  await press(app, members, {
    intent: "leave",
    once: await number('value="leave"', ada.cookie),
  }, ada.cookie);
});

Deno.test("an account that is deleted twice says goodbye twice", async () => {
  await using app = await testApp();
  const { cookie } = await app.person("Ada");
  const answer = await press(app, "/account", {
    ...{ intent: "delete-account", password: "correct horse battery" },
    once: await onceOf(app, "/account", cookie, 'value="delete-account"'),
  }, cookie);
  assertEquals(await isSignedIn(app, cookie), false);
  assertEquals(answer.location?.includes("ended"), false);
});

Deno.test("a form that was changed since is looked at anew", async () => {
  await using app = await testApp();
  const { account, cookie } = await app.person("Ada");
  const once = await onceOf(app, "/login");
  const attempt = (password: string) =>
    app.send("/login", { email: account.email, password, once });
  assertNotEquals((await attempt("wrong")).status, 303);
  assertEquals((await attempt("correct horse battery")).status, 303);
  const same = await onceOf(app, "/account", cookie, 'value="rename"');
  for (const name of ["Ada B", "Ada C", "Ada D"]) {
    await app.send("/account", { intent: "rename", name, once: same }, cookie);
    const html = await (await app.ask("/account", { cookie })).text();
    assert(html.includes(name));
  }
});
