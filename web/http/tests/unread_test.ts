import { assert, assertEquals, assertMatch } from "@std/assert";
import { acceptInvitation } from "../../rooms/accept.ts";
import { invite } from "../../rooms/invite.ts";
import { createRoom } from "../../rooms/rooms.ts";
import { type TestApp, testApp } from "../testing/app.ts";

const GRACE = { id: "grace", name: "Grace" };

/** A room of Ada's in which Grace wrote, and Ada read so many messages. */
async function withUnread(app: TestApp, count: number, read: number) {
  const { account, cookie } = await app.person("Ada");
  const { id } = await createRoom(app.services, account, "Bakery");
  for (let at = 1; at <= count; at++) {
    const draft = { clientId: `c${at}`, content: `text ${at}.` };
    await app.realtime.post(GRACE, id, draft);
  }
  if (read) await app.realtime.markRead(account, id, read);
  const page = async (query = "") =>
    await (await app.ask(`/rooms/${id}${query}`, { cookie })).text();
  return { page, path: `/rooms/${id}` };
}

/** The message after the line, and the first and last one on the page. */
function shownIn(html: string) {
  const numbers = (part = "") =>
    [...part.matchAll(/text (\d+)\./g)].map(([, at]) => Number(at));
  // Props of the island carry the messages as well.
  const list = html.slice(html.indexOf("<ol"), html.indexOf("</ol>"));
  const [, after] = list.split('class="new"');
  const all = numbers(list);
  return { line: numbers(after).at(0), first: all.at(0), last: all.at(-1) };
}

for (
  const [count, read, shown] of [
    [520, 0, { line: 1, first: 1, last: 40 }],
    [520, 5, { line: 6, first: 1, last: 45 }],
    [520, 100, { line: 101, first: 91, last: 140 }],
    [520, 440, { line: 441, first: 431, last: 520 }],
    [520, 469, { line: 470, first: 460, last: 520 }],
    [520, 470, { line: 471, first: 471, last: 520 }],
    [520, 519, { line: 520, first: 471, last: 520 }],
    [520, 520, { line: undefined, first: 471, last: 520 }],
    [51, 0, { line: 1, first: 1, last: 51 }],
    [3, 1, { line: 2, first: 1, last: 3 }],
  ] as const
) {
  Deno.test(`of ${count} messages, ${read} read, the page shows the first unread one under the line`, async () => {
    await using app = await testApp();
    const { page } = await withUnread(app, count, read);
    assertEquals(shownIn(await page()), shown);
  });
}

Deno.test("from the line there are ways on and to the newest, by links", async () => {
  await using app = await testApp();
  const { page, path } = await withUnread(app, 120, 5);
  const first = await page();
  assert(first.includes(`href="${path}?newest"`));
  assert(first.includes(`href="${path}?after=45"`));
  assert(!first.includes("<iframe"));
  const second = await page("?after=45");
  assertEquals(shownIn(second), { line: undefined, first: 46, last: 95 });
  const third = await page("?after=95");
  assertEquals(shownIn(third), { line: undefined, first: 96, last: 120 });
  // That is the end, where messages go on by themselves.
  assertMatch(third, /<iframe[^>]*after=120/);
  const newest = await page("?newest");
  assertEquals(shownIn(newest), { line: undefined, first: 71, last: 120 });
  assertMatch(newest, /<iframe[^>]*after=120/);
});

Deno.test("to whoever joins, what was said before is not unread", async () => {
  await using app = await testApp();
  const { account } = await app.person("Ada");
  const { account: bob } = await app.person("Bob");
  const { id } = await createRoom(app.services, account, "Bakery");
  const draft = { clientId: "c", content: "long ago" };
  await app.realtime.post(GRACE, id, draft);
  await invite(app.services, account, id, bob.email);
  const code = /\/invitations\/([\w-]+)/.exec(app.mails.at(-1)!.text)![1];
  await acceptInvitation(app.services, bob, code);
  assertEquals((await app.realtime.summaries(bob, [id]))[id].unread, 0);
});
