import { assertEquals, assertNotEquals } from "@std/assert";
import { deleteAccount } from "../accounts/delete-account.ts";
import { type TestApp, testApp } from "../http/testing/app.ts";
import { acceptInvitation } from "./accept.ts";
import { createRoom } from "./rooms.ts";
import { invite } from "./invite.ts";
import { looksOf } from "./looks.ts";
import { DELETED_PERSON } from "../client/drawn/deleted-person.ts";
import { toldApart } from "./names.ts";

const called = (...names: string[]) => [
  ...toldApart(new Map(names.map((name, i) => [String(i), name]))).values(),
];

Deno.test("names that look alike get a number, names that do not are left alone", () => {
  assertEquals(called("Ada", "Grace"), ["Ada", "Grace"]);
  assertEquals(called("Ada", "ada", "ADÁ", "A\u200bda", "Аdа"), [
    "Ada",
    "ada (2)",
    "ADÁ (3)",
    "A\u200bda (4)",
    "Аdа (5)",
  ]);
  // Nobody can take the number of somebody else.
  assertEquals(called("Ada (2)", "Ada", "Ada"), ["Ada (2)", "Ada", "Ada (3)"]);
  assertEquals(called(DELETED_PERSON, DELETED_PERSON), [
    DELETED_PERSON,
    DELETED_PERSON,
  ]);
});

Deno.test("what is drawn alike looks alike", () => {
  const alike = [
    ["paypal", "РауРаІ"],
    ["Ellen", "EIIen"],
    ["Bob", "B0b"],
    ["Ada King", "Ada.King"],
    ["Emma", "Ernma"],
    ["ΑΝΝΑ", "Anna"],
    ["Zoë", "Zoe"],
    ["Straße", "Strasse"],
  ];
  for (const [one, other] of alike) assertEquals(looksOf(one), looksOf(other));
  for (const [one, other] of [["Ada", "Ava"], ["李", "王"], ["נור", "נוי"]]) {
    assertNotEquals(looksOf(one), looksOf(other));
  }
});

async function bring(
  app: TestApp,
  inviter: Awaited<ReturnType<TestApp["person"]>>,
  roomId: string,
  guest: Awaited<ReturnType<TestApp["person"]>>,
) {
  const { services: s, mails } = app;
  await invite(s, inviter.account, roomId, guest.account.email);
  const code = mails.at(-1)!.text.match(/\/invitations\/(\S+)/)![1];
  await acceptInvitation(s, guest.account, code);
}

async function stage(app: TestApp, names: [string, string]) {
  const ada = await app.person(names[0]);
  const bob = await app.person(names[1]);
  const room = await createRoom(app.services, ada.account, "Bakery");
  await bring(app, ada, room.id, bob);
  const path = `/rooms/${room.id}`;
  const say = (who: typeof ada, content: string, clientId: string) =>
    app.send(path, { content, clientId }, who.cookie);
  const read = async (page: string, who = ada) =>
    await (await app.ask(page, { cookie: who.cookie })).text();
  return { ada, bob, room, path, say, read };
}

/** Every page on which a person's name stands. */
const pagesOf = (path: string) => [
  path,
  `${path}/search?q=rye`,
  `${path}/around/1`,
  `${path}/members`,
  "/rooms",
  "/api/chat",
  `/api/messages?roomId=${path.split("/").at(-1)}`,
];

Deno.test("a name once changed is the name on every page, in old messages too", async () => {
  await using app = await testApp();
  const { bob, path, say, read } = await stage(app, ["Ada", "Bobby Old"]);
  await say(bob, "rye bread", "c1");
  const form = { intent: "rename", name: "Robert New" };
  assertEquals((await app.send("/account", form, bob.cookie)).status, 303);
  for (const page of pagesOf(path)) {
    const html = await read(page);
    assertEquals([page, html.includes("Bobby Old")], [page, false]);
    assertEquals([page, html.includes("Robert New")], [page, true]);
  }
  // Whoever has the room open is told.
  assertEquals(app.realtime.renamed.at(-1), {
    roomId: path.split("/").at(-1)!,
    names: { [bob.account.id]: "Robert New" },
  });
});

Deno.test("who deleted their account is a deleted person", async () => {
  await using app = await testApp();
  const { bob, path, say, read } = await stage(app, ["Ada", "Bobby Old"]);
  await say(bob, "rye bread", "c1");
  await deleteAccount(app.services, bob.account.id);
  for (const page of pagesOf(path)) {
    const html = await read(page);
    assertEquals([page, html.includes("Bobby Old")], [page, false]);
    if (page.endsWith("/members")) continue;
    assertEquals([page, html.includes(DELETED_PERSON)], [page, true]);
  }
  assertEquals(app.realtime.renamed.at(-1)?.names, {
    [bob.account.id]: DELETED_PERSON,
  });
});

Deno.test("two people of one room who look alike are told apart, also while it is open", async () => {
  await using app = await testApp();
  const { ada, bob, room, path, say, read } = await stage(app, ["Ada", "Аda"]);
  assertEquals(app.realtime.renamed.at(-1), {
    roomId: room.id,
    names: { [ada.account.id]: "Ada", [bob.account.id]: "Аda (2)" },
  });
  await say(ada, "rye one", "c1");
  await say(bob, "rye two", "c2");
  for (const page of pagesOf(path).filter((page) => page !== "/rooms")) {
    if (page === "/api/chat") continue;
    assertEquals([page, (await read(page)).includes("Аda (2)")], [page, true]);
  }
  // The number goes when the names differ.
  await app.send("/account", { intent: "rename", name: "Bob" }, bob.cookie);
  assertEquals(app.realtime.renamed.at(-1)?.names, {
    [ada.account.id]: "Ada",
    [bob.account.id]: "Bob",
  });
  assertEquals((await read(path)).includes("(2)"), false);
});
