import { assert, assertEquals, assertMatch } from "@std/assert";
import { acceptInvitation } from "../../rooms/accept.ts";
import { invite } from "../../rooms/invite.ts";
import { createRoom } from "../../rooms/rooms.ts";
import { type TestApp, testApp } from "../testing/app.ts";
import { invitationPath } from "../testing/rooms.ts";

/** A script that runs while a page is looked at: what the browser may fetch ahead is none. */
const SCRIPT =
  /<script(?![^>]* type="speculationrules")(?![^<]*document\.hidden)/;

async function withMessages(app: TestApp, texts: string[]) {
  const ada = await app.person("Ada");
  const room = await createRoom(app.services, ada.account, "Bakery");
  const path = `/rooms/${room.id}`;
  for (const [i, content] of texts.entries()) {
    await app.send(path, { content, clientId: `c${i}` }, ada.cookie);
  }
  return { ...ada, path };
}

Deno.test("a search shows what it found, marked and escaped, newest first", async () => {
  await using app = await testApp();
  const { path, cookie } = await withMessages(app, [
    "Two loaves of <b>Rye</b>",
    "nothing of it",
    `${"long before ".repeat(40)}more rye, please`,
  ]);
  const answer = await app.ask(`${path}/search?q=rye`, { cookie });
  assertEquals(answer.status, 200);
  const page = await answer.text();
  assertMatch(page, /loaves of &lt;b>(<mark>)Rye<\/mark>&lt;\/b>/);
  assertMatch(page, /…[^<]*<mark>rye<\/mark>, please/);
  assert(!page.includes("nothing of it"));
  assert(page.indexOf("please") < page.indexOf("loaves"));
  assert(page.includes(`href="${path}/around/1#m1"`));
  assertMatch(page, /<input[^>]*value="rye"/);
  assert(!page.includes("further back"));
});

Deno.test("what is not on the first page is a link away", async () => {
  await using app = await testApp();
  const texts = Array.from({ length: 21 }, (_, i) => `bun ${i + 1}.`);
  const { path, cookie } = await withMessages(app, texts);
  const first = await (await app.ask(`${path}/search?q=bun`, { cookie }))
    .text();
  assert(!first.includes("</mark> 1."));
  const next = /href="([^"]*cursor=2)"/.exec(first)![1];
  const second = await app.ask(next.replaceAll("&amp;", "&"), { cookie });
  assertMatch(await second.text(), /<mark>bun<\/mark> 1\./);
  const best = await app.ask(`${path}/search?q=bun&order=best`, { cookie });
  assertMatch(await best.text(), /the best of the newest 21 that were found/);
});

Deno.test("a search that finds nothing or cannot be made says so", async () => {
  await using app = await testApp();
  const { path, cookie } = await withMessages(app, ["bread"]);
  const none = await app.ask(`${path}/search?q=cake`, { cookie });
  assertMatch(await none.text(), /No messages found/);
  const empty = await app.ask(`${path}/search`, { cookie });
  assert(!(await empty.text()).includes("No message"));
  app.realtime.isDown = true;
  const down = await app.ask(`${path}/search?q=bread`, { cookie });
  assertEquals(down.status, 503);
  const page = await down.text();
  assertMatch(page, /unavailable/);
  assertMatch(page, /<input[^>]*value="bread"/);
});

Deno.test("a message is shown among its neighbours", async () => {
  await using app = await testApp();
  const texts = Array.from({ length: 90 }, (_, i) => `said ${i + 1}.`);
  const { path, cookie } = await withMessages(app, texts);
  const page = await (await app.ask(`${path}/around/45`, { cookie })).text();
  for (const near of [26, 45, 65]) assert(page.includes(`said ${near}.`));
  for (const far of [25, 66]) assert(!page.includes(`said ${far}.`));
  assert(page.includes('id="m45"'));
  assert(!SCRIPT.test(page));
  for (const odd of ["x", "-1", "1".repeat(16)]) {
    const answer = await app.ask(`${path}/around/${odd}`, { cookie });
    assertEquals(answer.status, 404, odd);
  }
});

Deno.test("a link to more of the same is not called the current page", async () => {
  await using app = await testApp();
  const texts = Array.from({ length: 21 }, (_, i) => `bun ${i + 1}.`);
  const { path, cookie } = await withMessages(app, texts);
  const elsewhere = [
    [`${path}/search?q=bun`, "Search further back"],
    [`${path}?before=20`, "Back to the newest messages"],
  ];
  for (const [address, text] of elsewhere) {
    const page = await (await app.ask(address, { cookie })).text();
    const [, link] = page.split(text)[0].match(/.*(<a [^>]*>)/s) ?? [];
    assertMatch(link ?? `${text} is missing`, / aria-current="false"/);
    assert(!link.includes("data-ancestor"));
  }
});

Deno.test("a search in all rooms finds what is in those that one is in now", async () => {
  await using app = await testApp();
  const { path, cookie, account } = await withMessages(app, [
    "rye bread",
    "white bread",
  ]);
  const other = await createRoom(app.services, account, "Harbour <Office>");
  const elsewhere = `/rooms/${other.id}`;
  await app.send(
    elsewhere,
    { content: "Bread and rye", clientId: "o" },
    cookie,
  );
  const eve = await app.person("Eve");
  const room = await createRoom(app.services, eve.account, "Eve's");
  const said = { content: "rye of Eve", clientId: "e" };
  await app.send(`/rooms/${room.id}`, said, eve.cookie);
  const ask = async (q: string, more = "") => {
    const query = `q=${encodeURIComponent(q)}${more}`;
    const answer = await app.ask(`/search?${query}`, { cookie });
    assertEquals(answer.status, 200);
    return await answer.text();
  };
  const page = await ask("bread rye");
  assert(page.includes(`href="${path}/around/1#m1"`));
  assert(page.includes(`href="${elsewhere}/around/1#m1"`));
  assertMatch(page, /<mark>Bread<\/mark> and <mark>rye<\/mark>/);
  assert(page.includes("Harbour &lt;Office>"));
  assert(!page.includes("of Eve") && !page.includes("white"));
  assert(!SCRIPT.test(page));
  const inOne = await ask("bread in:harb");
  assert(!inOne.includes(`${path}/around`));
  assert(inOne.includes(`${elsewhere}/around/1`));
  assertMatch(await ask('in:"no such"'), /None of your rooms is called/);
  assertMatch(
    await ask("from:grace rye"),
    /Nobody who is in these rooms now is called[^]*“grace”/,
  );
  assertMatch(await ask("before:soon has:luck"), /do not understand/);
  const mine = await ask("from:me rye");
  assert(mine.includes("around/1#m1"));
  assertMatch(await ask("rye", "&order=best"), /The best come first/);
  await app.send(`${elsewhere}/members`, { intent: "leave" }, cookie);
  assert(!(await ask("rye")).includes(elsewhere));
  const away = await app.ask("/search?q=x");
  assertEquals(away.headers.get("location"), "/login?next=%2Fsearch%3Fq%3Dx");
  for (
    const hostile of ['"'.repeat(4_000), "a".repeat(4_000), "from:".repeat(40)]
  ) {
    const answer = await app.ask(`/search?q=${encodeURIComponent(hostile)}`, {
      cookie,
    });
    assert(answer.status < 500);
    assert((await answer.text()).length < 20_000);
  }
});

Deno.test("a search from somebody who left finds what they wrote, and tells of nobody else", async () => {
  await using app = await testApp();
  const { path, cookie, account } = await withMessages(app, ["rye of Ada"]);
  const grace = await app.person("Grace Hopper");
  const kelly = await app.person("Grace Kelly");
  const { services: s } = app;
  for (const guest of [grace.account, kelly.account]) {
    await invite(s, account, path.split("/")[2], guest.email);
    await acceptInvitation(s, guest, invitationPath(app).split("/")[2]);
  }
  const said = (content: string) => ({ content, clientId: content });
  await app.send(path, said("rye of Hopper"), grace.cookie);
  await app.send(path, said("rye of Kelly"), kelly.cookie);
  await app.send(`${path}/members`, { intent: "leave" }, grace.cookie);
  const stranger = await app.person("Mallory");
  const own = await createRoom(s, stranger.account, "Mallory's");
  await app.send(`/rooms/${own.id}`, said("rye of Mallory"), stranger.cookie);
  const found = async (q: string, where = "") => {
    const query = `${where}/search?q=${encodeURIComponent(q)}`;
    const page = await (await app.ask(query, { cookie })).text();
    const texts = [...page.matchAll(/dir="auto">(?:<mark>)?(rye.*?)<\/span>/g)];
    const nobody = /Nobody who is[^]*?wrote before they left/.exec(page)?.[0];
    return [texts.map(([, it]) => it.split(" of ")[1]).sort(), nobody];
  };
  for (const where of ["", path]) {
    assertEquals(await found('from:"grace hopper"', where), [
      ["Hopper"],
      undefined,
    ]);
    assertEquals(await found("from:grace rye", where), [
      ["Hopper", "Kelly"],
      undefined,
    ]);
    assertEquals(await found("from:me", where), [["Ada"], undefined]);
    // Whoever was never here is told of no more than a name that nobody has.
    const [none, never] = await found("from:mallory", where);
    const [, unknown] = await found("from:mallary", where);
    assertEquals(none, []);
    assert(never);
    assertEquals(never, String(unknown).replace("mallary", "mallory"));
  }
});

Deno.test("rooms alone are a search for all that was said there", async () => {
  await using app = await testApp();
  const { account, cookie } = await withMessages(app, ["rye", "spelt"]);
  const other = await createRoom(app.services, account, "Mill");
  const said = { content: "flour", clientId: "c9" };
  await app.send(`/rooms/${other.id}`, said, cookie);
  const answer = await app.ask("/search?q=in:bakery", { cookie });
  const page = (await answer.text()).replace(/^[^]*<main/, "");
  const found = [...page.matchAll(/class="found-text" dir="auto">([^<]*)/g)];
  assertEquals(found.map(([, text]) => text), ["spelt", "rye"]);
});
