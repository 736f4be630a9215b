import { assertEquals, assertMatch } from "@std/assert";
import { PASSWORD } from "../../accounts/testing.ts";
import { pictureOf, type TestApp, testApp } from "../testing/app.ts";

const cookieOf = (answer: Response, name: string): string =>
  answer.headers.getSetCookie()
    .find((cookie) => cookie.startsWith(`${name}=`))?.split(";")[0] ?? "";

function photo(name: string): FormData {
  const form = new FormData();
  form.append("selfie", new File([pictureOf(name)], "me.jpg"));
  return form;
}

/** An app whose engine has `inLine` photos before each, and answers when it is let. */
async function crowded(inLine: number) {
  const app = await testApp();
  const { faces } = app.services;
  const gate = Promise.withResolvers<void>();
  let looks = 0;
  app.services.faces = {
    ...faces,
    waiting: () => inLine,
    async verify(...photos) {
      looks++;
      await gate.promise;
      return await faces.verify(...photos);
    },
  };
  return { app, goOn: gate.resolve, looked: () => looks };
}

async function passwordGiven(app: TestApp, email: string): Promise<string> {
  const answer = await app.send("/login", { email, password: PASSWORD });
  return cookieOf(answer, "chatsphere_login");
}

/** What a page that waits is answered once the wait is over. */
async function answerAt(app: TestApp, wait: string, cookie: string) {
  for (;;) {
    const answer = await app.ask(wait, { cookie });
    if (!answer.headers.has("refresh")) return answer;
    await answer.body?.cancel();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

Deno.test("in a long line a page shows the wait, and goes on by itself when the photo was checked", async () => {
  const { app, goOn, looked } = await crowded(7);
  await using _ = app;
  const { account } = await app.person("Ada");
  const cookie = await passwordGiven(app, account.email);
  const path = "/login/face?next=/account";
  const sent = await app.send(path, photo("Ada"), cookie);
  assertEquals(sent.status, 303);
  const wait = sent.headers.get("location")!;
  assertEquals(wait, "/login/face?wait&next=%2Faccount");

  const waiting = await app.ask(wait, { cookie });
  assertEquals(waiting.headers.get("refresh"), "2");
  assertMatch(await waiting.text(), /7 photos are in line/);
  // Sent twice: one look, one answer.
  assertEquals(
    (await app.send(path, photo("Ada"), cookie)).headers.get("location"),
    wait,
  );
  goOn();
  for (const _again of [1, 2]) {
    const done = await answerAt(app, wait, cookie);
    assertEquals(done.headers.get("location"), "/account");
    const session = cookieOf(done, "chatsphere_session");
    assertEquals((await app.ask("/rooms", { cookie: session })).status, 200);
  }
  assertEquals(looked(), 1);
});

Deno.test("what was wrong with a photo that waited is said, and another can be sent", async () => {
  const { app, goOn } = await crowded(7);
  await using _ = app;
  goOn();
  const { account } = await app.person("Ada");
  const cookie = await passwordGiven(app, account.email);
  const sent = await app.send(
    "/login/face?next=/account",
    photo("Eve"),
    cookie,
  );
  const wait = sent.headers.get("location")!;
  const answer = await answerAt(app, wait, cookie);
  assertEquals(answer.status, 401);
  assertMatch(await answer.text(), /does not look like the person/);
  await app.send("/login/face?next=/account", photo("Ada"), cookie);
  const done = await answerAt(app, wait, cookie);
  assertEquals(done.headers.get("location"), "/account");
});

Deno.test("in a short line the answer comes at once; nobody waits on another's page", async () => {
  const { app, goOn } = await crowded(2);
  await using _ = app;
  goOn();
  const { account } = await app.person("Ada");
  const cookie = await passwordGiven(app, account.email);
  const path = "/login/face?next=/account";
  const answer = await app.send(path, photo("Ada"), cookie);
  assertEquals(answer.headers.get("location"), "/account");
  const stranger = await app.ask("/login/face?wait&next=/account");
  assertMatch(stranger.headers.get("location") ?? "", /^\/login\?late/);
});
