import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { AppError } from "../../errors.ts";
import { pictureOf, type TestApp, testApp } from "../../http/testing/app.ts";
import { findAccount, findAccountByEmail } from "../accounts.ts";
import { readRecord } from "../store.ts";
import { checkPassword } from "../check-password.ts";
import { deleteAccount } from "../delete-account.ts";
import { changePassword } from "../profile.ts";
import { replaceFace } from "../faces.ts";
import { findPeople } from "../../people/directory.ts";
import { register } from "../register.ts";
import { signUp } from "../sign-up.ts";
import { askForAddress, changeAddress } from "./change.ts";
import { restoreAddress } from "./restore.ts";

const PASSWORD = "correct horse battery";
const IP = "203.0.113.7";

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  (await assertRejects(() => work, AppError)).code;

/** The code at the end of the newest link that was mailed to an address. */
function linkTo({ mails }: TestApp, to: string): string {
  const mail = mails.findLast((mail) => mail.to === to);
  return mail?.text.match(/https?:\/\/[^/]+\/address\/(?:back\/)?(\S+)/)?.[1] ??
    "";
}

/** Gives somebody another address, with all it takes. */
async function move(app: TestApp, id: string, email: string) {
  await askForAddress(app.services, id, email);
  await changeAddress(app.services, id, linkTo(app, email));
}

Deno.test("a new address counts once its own link was opened in the account's session", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const ada = await app.person("Ada");
  const bob = await app.person("Bob");
  const form = { email: " Ada@New.example ", password: PASSWORD };
  const asked = await app.send("/account/email", form, ada.cookie);
  assertEquals(asked.headers.get("location"), "/account/email?sent");
  const link = `/address/${linkTo(app, "Ada@New.example")}`;
  assertMatch(link, /^\/address\/[\w-]+\.[\w-]{43}$/);
  // Looking changes nothing, nor does anybody else's press.
  assertEquals((await app.ask(link)).status, 200);
  assertEquals((await app.send(link, {}, bob.cookie)).status, 403);
  const stranger = await app.send(link, {});
  assertMatch(stranger.headers.get("location")!, /^\/login\?next=%2Faddress/);
  assertEquals(
    (await findAccount(s, ada.account.id))?.email,
    ada.account.email,
  );

  const done = await app.send(link, {}, ada.cookie);
  assertEquals(done.headers.get("location"), "/account?done=address");
  assertEquals(
    (await findAccount(s, ada.account.id))?.email,
    "Ada@New.example",
  );
  assertEquals(await findAccountByEmail(s, ada.account.email), null);
  const credentials = { email: "ada@new.example", password: PASSWORD, ip: IP };
  assertEquals((await checkPassword(s, credentials)).id, ada.account.id);
  const again = await app.send(link, {}, ada.cookie);
  assertEquals(again.status, 410);
  assertMatch(await again.text(), /it was used already/);
});

Deno.test("the old address can take the account back, with all that came later", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const { account: ada, cookie } = await app.person("Ada");
  await move(app, ada.id, "mallory@example.org");
  const back = linkTo(app, ada.email);
  const { id: accountId } = ada;
  const change = {
    accountId,
    password: PASSWORD,
    newPassword: "mine mine mine",
  };
  await changePassword(s, { ...change, ip: IP });
  await replaceFace(s, accountId, [pictureOf("Mallory")]);
  await move(app, ada.id, "mallory@example.net");
  const second = linkTo(app, "mallory@example.org");

  assertEquals((await app.ask(`/address/back/${back}`)).status, 200);
  const answer = await app.send(`/address/back/${back}`, {});
  assertMatch(answer.headers.get("location")!, /^\/login\/reset\/[\w-]{43}$/);
  const record = await findAccount(s, accountId);
  assertEquals([record?.email, record?.hasFace], [ada.email, false]);
  assertEquals(await findAccountByEmail(s, "mallory@example.net"), null);
  assertEquals((await app.ask("/account", { cookie })).status, 303);
  const guess = { email: ada.email, password: "mine mine mine", ip: IP };
  assertEquals(await codeOf(checkPassword(s, guess)), "wrong-credentials");
  assertEquals(await codeOf(restoreAddress(s, second)), "address-link-over");
  assertEquals(await codeOf(restoreAddress(s, back)), "address-link-over");
  const chosen = await app.send(answer.headers.get("location")!, {
    password: "mine again, thank you",
  });
  assertEquals(chosen.headers.get("location"), "/login?reset");
});

Deno.test("asking for an address tells nobody whether it is somebody's", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const ada = await app.person("Ada");
  const bob = await app.person("Bob");
  const form = { email: bob.account.email, password: PASSWORD };
  const asked = await app.send("/account/email", form, ada.cookie);
  assertEquals(asked.headers.get("location"), "/account/email?sent");
  const mail = app.mails.findLast((mail) => mail.to === bob.account.email);
  assertMatch(mail!.subject, /already have/);
  assertEquals(linkTo(app, bob.account.email), "");

  // Somebody registers it between the asking and the opening.
  await askForAddress(s, ada.account.id, "eve@example.com");
  const code = linkTo(app, "eve@example.com");
  await register(s, {
    name: "Eve",
    email: "eve@example.com",
    password: PASSWORD,
    consent: true,
    selfies: [pictureOf("Eve")],
  });
  assertEquals(
    await codeOf(changeAddress(s, ada.account.id, code)),
    "email-taken",
  );
});

Deno.test("the way back is not barred by an account that was made with the address meanwhile", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const { account: { id, email } } = await app.person("Ada");
  await move(app, id, "eve@thief.example");
  const back = linkTo(app, email);
  const { id: other } = await signUp(s, {
    ...{ name: "Eve", email, password: PASSWORD, factor: "code" },
    ...{ consent: false, selfies: [] },
  });
  assertEquals((await restoreAddress(s, back)).accountId, id);
  assertEquals((await readRecord(s.kv, id))?.email, email);
  assertEquals(await readRecord(s.kv, other), null);
});

Deno.test("only the newest link works, for one account, and a few times a week", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const ada = await app.person("Ada");
  const { id } = ada.account;
  await askForAddress(s, id, "one@example.org");
  const first = linkTo(app, "one@example.org");
  await askForAddress(s, id, "two@example.org");
  assertEquals(await codeOf(changeAddress(s, id, first)), "address-link-over");
  for (const code of ["", "x", `${id}.${"x".repeat(43)}`, `${first}.y`]) {
    assertEquals(await codeOf(changeAddress(s, id, code)), "address-link-over");
    assertEquals(await codeOf(restoreAddress(s, code)), "address-link-over");
  }
  await changeAddress(s, id, linkTo(app, "two@example.org"));
  for (const n of [3, 4, 5]) await move(app, id, `${n}@example.org`);
  assertEquals(
    await codeOf(askForAddress(s, id, "six@example.org")),
    "too-many-attempts",
  );
  assertEquals(await codeOf(askForAddress(s, id, "no address")), "invalid");
});

Deno.test("one mailbox gets so many links a day, by whatever name of it", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const people = ["Ada", "Bob", "Cleo", "Dora", "Eve"];
  const ids = await Promise.all(
    people.map(async (name) => (await app.person(name)).account.id),
  );
  const ask = (n: number) =>
    askForAddress(s, ids[n % 5], `victim+${n}@example.org`);
  for (let n = 0; n < 20; n++) await ask(n);
  assertEquals(await codeOf(ask(20)), "too-many-attempts");
});

Deno.test("an account that is deleted leaves no former address, and no way back", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const ada = await app.person("Ada");
  await move(app, ada.account.id, "ada@new.example");
  const back = linkTo(app, ada.account.email);
  await deleteAccount(s, ada.account.id);
  assertEquals(await codeOf(restoreAddress(s, back)), "address-link-over");
  const all = await Array.fromAsync(
    s.kv.list({ prefix: ["address_changes"] }),
  );
  assertEquals(all, []);
});

Deno.test("whoever is confirmed by a new address can be found like everyone else", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const ada = await app.person("Ada");
  const bob = await signUp(s, {
    name: "Bob",
    email: "bob@mistyped.example",
    password: PASSWORD,
    consent: false,
    selfies: [],
    factor: "code",
  });
  const found = async () =>
    (await findPeople(s, ada.account, {})).people.map(({ id }) => id);
  assertEquals(await found(), []);
  await move(app, bob.id, "bob@right.example");
  assertEquals(await found(), [bob.id]);
});

Deno.test("two presses of one link change the address once", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const ada = await app.person("Ada");
  await askForAddress(s, ada.account.id, "ada@new.example");
  const code = linkTo(app, "ada@new.example");
  const press = () =>
    changeAddress(s, ada.account.id, code).then(() => "ok", (e) => e.code);
  assertEquals((await Promise.all([press(), press()])).sort(), [
    "address-link-over",
    "ok",
  ]);
  const told = app.mails.filter((m) => m.to === ada.account.email);
  assertEquals(told.length, 1);
});
