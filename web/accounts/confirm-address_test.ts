import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { AppError } from "../errors.ts";
import { type TestApp, testApp } from "../http/testing/app.ts";
import { pictureOf } from "../http/testing/app.ts";
import { acceptInvitation } from "../rooms/accept.ts";
import { invite } from "../rooms/invite.ts";
import { createRoom } from "../rooms/rooms.ts";
import { findAccount, findAccountByEmail } from "./accounts.ts";
import { CONFIRM_MS } from "./confirm-address.ts";
import { nameOwner, ownerOf } from "./owner.ts";
import { isSignUpOpen, signUp } from "./sign-up.ts";
import { type AccountRecord, keys } from "./store.ts";
import { endUnconfirmed } from "./unconfirmed.ts";

const PASSWORD = "correct horse battery";

const registrationOf = (name: string, email = `${name}@example.com`) => ({
  name,
  email,
  password: PASSWORD,
  consent: true,
  factor: "face" as const,
  selfies: [pictureOf(name)],
});

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  (await assertRejects(() => work, AppError)).code;

/** The path in the newest link that was mailed to an address. */
function mailedLink({ mails }: TestApp, to: string): string {
  const mail = mails.findLast((mail) => mail.to === to);
  return mail?.text.match(/https?:\/\/[^/]+(\/\S+)/)?.[1] ?? "";
}

/** The Cookie header of somebody who signs in with password and face. */
async function signedIn(app: TestApp, email: string, face: string) {
  const first = await app.send("/login", { email, password: PASSWORD });
  const half = first.headers.getSetCookie()[0].split(";")[0];
  const form = new FormData();
  form.set("selfie", new Blob([pictureOf(face)], { type: "image/jpeg" }));
  const answer = await app.send("/login/face", form, half);
  return answer.headers.getSetCookie().find((line) => line.includes("session"))!
    .split(";")[0];
}

Deno.test("an address has to be confirmed before its account invites anyone", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const ada = await signUp(s, registrationOf("ada"));
  const room = await createRoom(s, ada, "Engines");
  assertEquals(
    await codeOf(invite(s, ada, room.id, "bob@example.com")),
    "address-unconfirmed",
  );
  const link = mailedLink(app, "ada@example.com");
  assertMatch(link, /^\/confirm\/[\w-]{43}$/);
  const cookie = await signedIn(app, "ada@example.com", "ada");

  // Mail programs open links, too: that alone confirms nothing.
  assertEquals((await app.ask(link, { cookie })).status, 200);
  assertEquals(
    (await findAccount(s, ada.id))?.unconfirmedUntil !== undefined,
    true,
  );
  for (let press = 0; press < 2; press++) {
    const answer = await app.send(link, { intent: "confirm" }, cookie);
    assertEquals([answer.status, answer.headers.get("location")], [303, link]);
  }
  assertMatch(await (await app.ask(link, { cookie })).text(), /is confirmed/);
  const sent = await invite(s, ada, room.id, "bob@example.com");
  assertEquals(sent.delivery, "sent");
  assertEquals(await endUnconfirmed(s), 0);
});

Deno.test("the page that invites offers to confirm the address until it is", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const ada = await signUp(s, registrationOf("ada"));
  const room = await createRoom(s, ada, "Engines");
  const cookie = await signedIn(app, "ada@example.com", "ada");
  const page = `/rooms/${room.id}/members`;
  /** What stands in the part of the page that invites. */
  const offered = async (answer: Promise<Response>) => {
    const html = await (await answer).text();
    const [part] = /<section[^>]*="invite">[^]*?<.section>/.exec(html) ?? [""];
    const says = (text: string) => part.includes(text);
    return {
      form: says("Send invitation"),
      confirm: says("Confirm your e-mail address"),
      again: says("Send the link again"),
    };
  };
  const toConfirm = { form: false, confirm: true, again: true };
  assertEquals(await offered(app.ask(page, { cookie })), toConfirm);
  // Also to a page that was open before.
  const late = app.send(page, { intent: "invite", email: "b@x.net" }, cookie);
  assertEquals(await offered(late), toConfirm);

  const link = mailedLink(app, "ada@example.com");
  await (await app.send(link, { intent: "confirm" }, cookie)).body?.cancel();
  const toInvite = { form: true, confirm: false, again: false };
  assertEquals(await offered(app.ask(page, { cookie })), toInvite);
});

Deno.test("whoever reads the mailbox removes an account others made with its address", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const squatter = await signUp(s, registrationOf("eve", "ada@example.com"));
  const link = mailedLink(app, "ada@example.com");

  // The link alone does not confirm: the account is somebody else's.
  const asked = await app.send(link, { intent: "confirm" });
  assertMatch(asked.headers.get("location") ?? "", /^\/login/);

  const again = signUp(s, registrationOf("ada"));
  assertEquals(await codeOf(again), "email-taken");
  const removed = await app.send(link, { intent: "remove" });
  assertEquals(removed.headers.get("location"), "/register?done=removed");
  assertEquals(await findAccount(s, squatter.id), null);
  assertEquals((await app.ask(link)).status, 410);
  const ada = await signUp(s, registrationOf("ada"));
  assertEquals((await findAccountByEmail(s, "ada@example.com"))?.id, ada.id);
});

Deno.test("asking for a new password of an unconfirmed account brings its link", async () => {
  await using app = await testApp();
  const { services: s } = app;
  await signUp(s, registrationOf("eve", "ada@example.com"));
  app.mails.length = 0;
  const { requestReset } = await import("./reset-requests.ts");
  const asked = { email: "ada@example.com", ip: "203.0.113.7" };
  await (await requestReset(s, asked)).sent;
  assertMatch(mailedLink(app, "ada@example.com"), /^\/confirm\//);
});

Deno.test("an invitation confirms the address it was sent to, and takes it from a squatter", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const { account: host } = await app.person("Host");
  const room = await createRoom(s, host, "Engines");
  const squatter = await signUp(s, registrationOf("eve", "ada@example.com"));
  await invite(s, host, room.id, "ada@example.com");
  const invitation = mailedLink(app, "ada@example.com").split("/")[2];

  const other = { ...registrationOf("bob"), invitation };
  const bob = await signUp(s, other);
  assertEquals(bob.unconfirmedUntil !== undefined, true);

  const ada = await signUp(s, { ...registrationOf("ada"), invitation });
  assertEquals(ada.unconfirmedUntil, undefined);
  assertEquals(await findAccount(s, squatter.id), null);
  await acceptInvitation(s, ada, invitation);
});

Deno.test("accepting an invitation to one's own address confirms it", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const { account: host } = await app.person("Host");
  const room = await createRoom(s, host, "Engines");
  const ada = await signUp(s, registrationOf("ada"));
  const bob = await signUp(s, registrationOf("bob"));
  for (const [person, to] of [[bob, "carol"], [ada, "ADA"]] as const) {
    await invite(s, host, room.id, `${to}@example.com`);
    const mailed = mailedLink(app, `${to.toLowerCase()}@example.com`);
    await acceptInvitation(s, person, mailed.split("/")[2]);
  }
  const until = async (id: string) =>
    (await findAccount(s, id))?.unconfirmedUntil;
  assertEquals(await until(ada.id), undefined);
  assertEquals(typeof await until(bob.id), "number");
});

Deno.test("an account nobody confirms ends after 48 hours", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const ada = await signUp(s, registrationOf("ada"));
  const cookie = await signedIn(app, "ada@example.com", "ada");
  assertEquals(await endUnconfirmed(s), 0);
  const key = keys.account(ada.id);
  const { value } = await s.kv.get<AccountRecord>(key);
  const unconfirmedUntil = value!.unconfirmedUntil! - CONFIRM_MS - 1;
  await s.kv.set(key, { ...value, unconfirmedUntil });
  await s.kv.set(keys.unconfirmed(ada.id), unconfirmedUntil);
  assertEquals((await app.ask("/rooms", { cookie })).status, 303);
  assertEquals(await endUnconfirmed(s), 1);
  assertEquals(await findAccount(s, ada.id), null);
});

Deno.test("SIGN_UP=invited: the first person, then only who is invited", async () => {
  await using app = await testApp({ SIGN_UP: "invited" });
  const { services: s } = app;
  assertEquals(await isSignUpOpen(s), true);
  const tries = await Promise.allSettled(
    ["ada", "eve"].map((name) => signUp(s, registrationOf(name))),
  );
  const made = tries.filter(({ status }) => status === "fulfilled");
  assertEquals(made.length, 1);
  assertEquals(await isSignUpOpen(s), false);
  assertEquals(
    await codeOf(signUp(s, registrationOf("mallory"))),
    "not-invited",
  );
  assertMatch(await (await app.ask("/register")).text(), /By invitation/);

  const { account: host } = await app.person("Host");
  const room = await createRoom(s, host, "Engines");
  await invite(s, host, room.id, "bob@example.com");
  const link = mailedLink(app, "bob@example.com");
  const page = await app.ask(`/register?next=${encodeURIComponent(link)}`);
  assertMatch(await page.text(), /value="bob@example.com"/);
  const invitation = link.split("/")[2];
  const passedOn = { ...registrationOf("mallory"), invitation };
  assertEquals(await codeOf(signUp(s, passedOn)), "not-invited");
  const bob = await signUp(s, { ...registrationOf("bob"), invitation });
  assertEquals(bob.unconfirmedUntil, undefined);
});

Deno.test("SIGN_UP with domains lets their addresses in", async () => {
  await using app = await testApp({ SIGN_UP: "acme.net,acme.org" });
  const { services: s } = app;
  await signUp(s, registrationOf("ada", "ada@elsewhere.com"));
  await signUp(s, registrationOf("bob", "bob@Acme.net"));
  for (
    const email of ["x@evilacme.net", "x@sub.acme.net", "x@acme.net.evil.io"]
  ) {
    assertEquals(
      await codeOf(signUp(s, registrationOf("x", email))),
      "not-invited",
    );
  }
});

Deno.test("the first person owns the server; on older data the oldest account does", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const ada = await signUp(s, registrationOf("ada"));
  await signUp(s, registrationOf("bob"));
  assertEquals(await ownerOf(s), ada.id);
  await s.kv.delete(keys.owner());
  await nameOwner(s);
  assertEquals(await ownerOf(s), ada.id);
});
