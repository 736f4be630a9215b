import { assertEquals, assertStringIncludes } from "@std/assert";
import { MEMBERS_PAGE } from "../../components/MemberList.tsx";
import { createRoom } from "../../rooms/rooms.ts";
import { keys } from "../../rooms/store.ts";
import { PAGE } from "../pages/room-list.ts";
import { testApp } from "../testing/app.ts";

Deno.test("of more rooms than fit on a page, those with the newest activity come first", async () => {
  await using app = await testApp();
  const { services: s, realtime } = app;
  const { account, cookie } = await app.person("Ada");
  const ids: string[] = [];
  for (let n = 0; n < PAGE + 5; n++) {
    ids.push((await createRoom(s, account, `Room ${n}.`)).id);
  }
  const [quiet] = ids;
  await realtime.post(account, quiet, { clientId: "c", content: "not quiet" });
  const page = async (path: string) => {
    const html = await (await app.ask(path, { cookie })).text();
    return { html, rows: html.split('class="room-row"').slice(1) };
  };
  const first = await page("/rooms");
  assertEquals(first.rows.length, PAGE);
  assertStringIncludes(first.rows[0], "not quiet");
  assertStringIncludes(first.html, 'href="/rooms?page=2"');
  const second = await page("/rooms?page=2");
  assertEquals(second.rows.length, 5);
  assertEquals(second.html.includes("?page=3"), false);
  const seen = new Set(
    [...first.rows, ...second.rows].map((row) => /Room \d+\./.exec(row)![0]),
  );
  assertEquals(seen.size, PAGE + 5);
  // A room of a later page has its read position all the same.
  const late = ids[1];
  await realtime.post({ id: "grace", name: "Grace" }, late, {
    clientId: "g",
    content: "unread",
  });
  const { status } = await app.ask(`/rooms/${late}`, { cookie });
  assertEquals(status, 200);
});

Deno.test("a room's members come in pages as well", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const { account, cookie } = await app.person("Ada");
  const room = await createRoom(s, account, "Hall");
  for (let n = 0; n < MEMBERS_PAGE + 3; n++) {
    const member = { role: "member", joinedAt: Date.now() + n };
    await s.kv.set(keys.member(room.id, `member-${n}`), member);
  }
  const page = async (query: string) => {
    const path = `/rooms/${room.id}/members${query}`;
    const html = await (await app.ask(path, { cookie })).text();
    return { html, people: html.split('class="person"').length - 1 };
  };
  const [first, second] = [await page(""), await page("?page=2")];
  assertEquals([first.people, second.people], [MEMBERS_PAGE, 4]);
  assertStringIncludes(first.html, 'href="?page=2"');
  assertEquals(second.html.includes("More members"), false);
});
