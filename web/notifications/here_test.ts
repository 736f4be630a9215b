import { assertEquals } from "@std/assert";
import { keys as roomKeys, type StoredRoom } from "../rooms/store.ts";
import { changeSettings, chooseFor } from "./settings.ts";
import { away } from "./testing.ts";

Deno.test("a page that is open shows what is for its person, in the words of a push, and nothing else", async () => {
  await using at = await away();
  const { app, ada, bob, cy, roomId, say } = at;
  const { services: s } = app;
  const shown = async (
    { id }: { id: string },
    who = bob,
    room = roomId,
  ) => {
    const path = `/rooms/${room}/notice?message=${id}`;
    const answer = await app.ask(path, { cookie: at.cookieOf(who) });
    return answer.status === 200 ? (await answer.json()).body : answer.status;
  };
  const mention = await say("@Bob: tea");
  const other = await say("Coffee");
  assertEquals(await shown(mention), "@Bob: tea");
  assertEquals(await shown(mention, cy), 204);
  assertEquals(await shown(mention, ada), 204);
  assertEquals(await shown(other), 204);
  assertEquals(await shown({ id: "nonsense" }), 204);
  await chooseFor(s, bob.id, roomId, "all");
  assertEquals(await shown(other), "Coffee");
  await app.realtime.markRead(bob, roomId, mention.offset);
  assertEquals(await shown(mention), 204);
  await chooseFor(s, bob.id, roomId, "none");
  assertEquals(await shown(await say("@Bob: once more")), 204);
  await chooseFor(s, bob.id, roomId, null);
  const last = await say("@Bob: quiet");
  await changeSettings(s, bob.id, () => ({ wordless: true }));
  assertEquals(await shown(last), "You have a new message.");
  const pausedUntil = Date.now() + 60_000;
  await changeSettings(s, bob.id, () => ({ pausedUntil }));
  assertEquals(await shown(last), 204);
  // Somebody who is no member learns nothing.
  await changeSettings(s, bob.id, () => ({}));
  const room = await s.kv.get<StoredRoom>(roomKeys.room(roomId));
  await s.kv.delete(roomKeys.member(roomId, bob.id));
  await s.kv.set(room.key, room.value);
  assertEquals(await shown(last), 404);
  assertEquals(await shown(last, bob, "no-such-room"), 404);
});
