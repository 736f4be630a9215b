/** Much of a page is remembered, and nothing of it may be another person's, or of a moment ago. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { decodeJwt } from "jose";
import { acceptInvitation } from "../../rooms/accept.ts";
import { invite } from "../../rooms/invite.ts";
import { removeMember } from "../../rooms/members.ts";
import { createRoom } from "../../rooms/rooms.ts";
import { setRole } from "../../rooms/settings.ts";
import { type TestApp, testApp, withoutNumbers } from "../testing/app.ts";

/** Ada and Bob in a room, each with another one of their own. */
async function stage(app: TestApp) {
  const { services: s, mails, realtime } = app;
  const [ada, bob] = [await app.person("Ada"), await app.person("Bob Bell")];
  const shared = await createRoom(s, ada.account, "Bakery");
  await invite(s, ada.account, shared.id, bob.account.email);
  const code = mails.at(-1)!.text.match(/\/invitations\/(\S+)/)![1];
  await acceptInvitation(s, bob.account, code);
  const own = [
    await createRoom(s, ada.account, "Only of Ada"),
    await createRoom(s, bob.account, "Only of Bob"),
  ];
  for (const content of ["Words", "@Bob Bell, look", "@Ada, look", "More"]) {
    const clientId = crypto.randomUUID();
    await realtime.post(ada.account, shared.id, { clientId, content });
    const form = { content, clientId: crypto.randomUUID() };
    await app.send(`/rooms/${shared.id}`, form, bob.cookie);
  }
  const { messages: [first] } = await realtime.history(
    ada.account,
    shared.id,
    {},
  );
  await realtime.amend(bob.account, shared.id, {
    ...{ id: first.id, event: "react", emoji: "👍", on: true },
  });
  return { ada, bob, shared, own, path: `/rooms/${shared.id}` };
}

/** What is another thing each time a page is shown. */
const settled = (html: string): string =>
  withoutNumbers(html)
    .replace(/name="clientId" value="[^"]*"/, "")
    .replaceAll(/eyJ[\w.-]+/g, "token")
    .replaceAll(/tokenExpiresAt:\d+/g, "")
    .replaceAll(/after=\d+/g, "");

/** Whom the tokens in a page are for. */
const bearersIn = (html: string): unknown[] =>
  html.match(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g)?.map((token) =>
    decodeJwt(token).sub
  ) ?? [];

Deno.test("pages of two people who ask at the same time never mix", async () => {
  await using app = await testApp();
  const { ada, bob, own, path } = await stage(app);
  const people = [
    { ...ada, own: own[0].id },
    { ...bob, own: own[1].id },
  ];
  const pages = ["/", "/docs", "/offline", "/rooms", path, "/account"];
  const look = async (page: string, cookie?: string) => {
    const headers = { accept: "text/html" };
    const answer = await app.ask(page, { cookie, headers });
    const html = await answer.text();
    const whose = people.find((it) => it.cookie === cookie)?.account.id;
    for (const named of bearersIn(html)) assertEquals(named, whose, page);
    return settled(html);
  };
  const alone = new Map<string, string>();
  for (const page of pages) {
    for (const { account, cookie } of people) {
      // The first remembers the device.
      await look(page, cookie);
      alone.set(`${page} ${account.id}`, await look(page, cookie));
    }
  }
  const rounds = Array.from(
    { length: 8 },
    () =>
      pages.flatMap((page) =>
        people.map(async ({ account, cookie }, i) => {
          const html = await look(page, cookie);
          assertEquals(html, alone.get(`${page} ${account.id}`), page);
          const other = people[1 - i];
          for (const theirs of [other.own, other.account.email]) {
            assert(!html.includes(theirs), `${page} has something of another`);
          }
          if (page === "/") assert(html.includes("Open your rooms"));
          if (page !== path) return;
          assertMatch(html, new RegExp(`me:{id:"${account.id}"`));
          const isCalled = (tag: string, name: string) =>
            assertMatch(
              html,
              new RegExp(`<${tag} ?><bdi>@${name}</bdi></${tag}>`),
            );
          isCalled("mark", account.name);
          isCalled("b", other.account.name);
          const isPressed = account === bob.account;
          assertMatch(html, new RegExp(`aria-pressed="${isPressed}"`));
        })
      ).concat(
        look("/").then((html) => {
          assert(html.includes("Create an account"));
        }),
      ),
  );
  await Promise.all(rounds.flat());
});

Deno.test("what somebody is called, and what they may, shows in the next page of anybody", async () => {
  await using app = await testApp();
  const { ada, bob, shared, path } = await stage(app);
  const look = async (who: typeof ada, page = path) => {
    const answer = await app.ask(page, { cookie: who.cookie });
    return { status: answer.status, html: await answer.text() };
  };
  for (const who of [ada, bob]) assertMatch((await look(who)).html, />Ada</);
  await app.send("/account", { intent: "rename", name: "Adele" }, ada.cookie);
  for (const who of [ada, bob]) {
    const { html } = await look(who);
    assertMatch(html, />Adele</);
    assert(!/>Ada</.test(html));
  }
  assertMatch((await look(bob)).html, /role:"member"/);
  await setRole(app.services, ada.account, shared.id, bob.account.id, "admin");
  assertMatch((await look(bob)).html, /role:"admin"/);
  await removeMember(app.services, ada.account, shared.id, bob.account.id);
  assertEquals((await look(bob)).status, 404);
  assert(!(await look(bob, "/rooms")).html.includes(shared.id));
  await app.send("/logout", {}, bob.cookie);
  assertEquals((await look(bob, "/rooms")).status, 303);
});
