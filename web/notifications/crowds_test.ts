import { assert, assertEquals, fail } from "@std/assert";
import { createRoom } from "../rooms/rooms.ts";
import { invite } from "../rooms/invite.ts";
import { acceptInvitation } from "../rooms/accept.ts";
import { keys as roomKeys, type StoredRoom } from "../rooms/store.ts";
import { collect } from "./collect.ts";
import { keys, type Notice } from "./store.ts";
import { away } from "./testing.ts";
import { Killed, mortal } from "./testing-kills.ts";

const PEOPLE = 10_000;
/** Their ids come after those of Ada, Bob and Cy, which are no words. */
const idOf = (i: number) => `~member-${String(i).padStart(5, "0")}`;

async function fill(
  kv: Deno.Kv,
  roomId: string,
  people: number,
): Promise<string[]> {
  const ids = Array.from({ length: people - 3 }, (_, i) => idOf(i));
  for (let from = 0; from < ids.length; from += 500) {
    const commit = kv.atomic();
    for (const id of ids.slice(from, from + 500)) {
      commit.set(roomKeys.member(roomId, id), { role: "member", joinedAt: 0 });
    }
    await commit.commit();
  }
  const room = await kv.get<StoredRoom>(roomKeys.room(roomId));
  await kv.set(room.key, { ...room.value, memberCount: people });
  return ids;
}

const noticesOf = async (kv: Deno.Kv, id: string) =>
  await Array.fromAsync(kv.list<Notice>({ prefix: keys.notices(id) }));

Deno.test("a room of 10,000 is told of a message for everyone once, and whoever is mentioned meanwhile does not wait for it", async () => {
  await using at = await away();
  const { app, ada, bob, cy, say, later, work, shown } = at;
  const { services: s } = app;
  const ids = await fill(s.kv, at.roomId, PEOPLE);
  const tea = await createRoom(s, ada, "Two of us");
  await invite(s, ada, tea.id, bob.email);
  const code = app.mails.at(-1)!.text.match(/\/invitations\/(\S+)/)![1];
  await acceptInvitation(s, bob, code);
  await at.device(bob, "phone");
  await s.kv.set(keys.choice(idOf(9_000), at.roomId), "none");
  const { offset } = await say("@room: fire");
  await app.realtime.markRead({ id: idOf(5_000), name: "" }, at.roomId, offset);
  later(2_000);
  // What one look at the log writes is bounded, however many it is for.
  await collect(s, (error) => fail(String(error)));
  const first = await Array.fromAsync(s.kv.list({ prefix: keys.allDue() }));
  assert(first.length > 100 && first.length <= 200, `${first.length}`);
  await s.realtime.post(ada, tea.id, { clientId: "t", content: "@Bob: tea" });
  later(2_000);
  const asked: number[] = [];
  const realtime = {
    ...s.realtime,
    positions: (...of: Parameters<typeof s.realtime.positions>) => {
      asked.push(of[1].length);
      return s.realtime.positions(...of);
    },
  };
  const { send } = app.push;
  let before = 0;
  app.push.send = async (...push) => {
    if (push[1].includes("@Bob: tea")) {
      before = (await noticesOf(s.kv, idOf(2_000))).length;
    }
    return await send(...push);
  };
  while ((await work({ ...s, realtime })) === 0);
  assertEquals(shown(), ["phone @Bob: tea", "phone @room: fire"]);
  assertEquals(before, 0);
  // Each waits for an e-mail now, but for who has read it, wants nothing or wrote it.
  const silent = new Set([idOf(5_000), idOf(9_000)]);
  for (const id of [...ids.filter((_, i) => i % 500 === 0), cy.id]) {
    const steps = (await noticesOf(s.kv, id)).map(({ value }) => value.step);
    assertEquals([id, steps], [id, silent.has(id) ? [] : ["mail"]]);
  }
  assertEquals(await noticesOf(s.kv, ada.id), []);
  assert(asked.length < 2_000 && Math.max(...asked) <= 500, `${asked.length}`);
  // Looked at again, as after a kill, it is nobody's anew.
  await s.kv.delete(keys.cursor(at.roomId));
  await say("@Bob: it is out");
  later(2_000);
  while ((await work()) === 0);
  assertEquals(shown().length, 3);
  const waiting = s.kv.list({ prefix: keys.crowdsWaiting() });
  assertEquals((await Array.fromAsync(waiting)).length, 0);
});

Deno.test("killed at any point, everybody in a crowd is noted once", async () => {
  for (let point = 1;; point++) {
    await using at = await away();
    const { app, say, later, work } = at;
    const ids = await fill(app.services.kv, at.roomId, 250);
    await say("@room");
    later(2_000);
    const { services, wasKilled } = mortal(app.services, point);
    await work(services).catch((error) =>
      assert(error instanceof Killed, error)
    );
    while ((await work()) === 0);
    const noted = await Promise.all(
      ids.map((id) => noticesOf(app.services.kv, id)),
    );
    const counts = new Set(noted.map(({ length }) => length));
    assertEquals([point, [...counts]], [point, [1]]);
    if (!wasKilled()) return assert(point > 10, `${point}`);
  }
});
