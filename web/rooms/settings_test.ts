import { assert, assertEquals, assertRejects } from "@std/assert";
import { AppError } from "../errors.ts";
import { testApp } from "../http/testing/app.ts";
import { acceptInvitation } from "./accept.ts";
import { writeTo } from "./direct.ts";
import { readMembers } from "./hand-over.ts";
import { invite } from "./invite.ts";
import { endRoom, leaveRoom, listMembers } from "./members.ts";
import { membersOnly } from "./members-only.ts";
import { finishRoomErasures } from "./room-erasures.ts";
import { findOpenRooms, joinOpenRoom } from "./open-rooms.ts";
import { createRoom, findRoom, listRooms, rolesOf } from "./rooms.ts";
import { changeRoom, setRole } from "./settings.ts";
import { listAll } from "./store.ts";
import { elsewhere, onStage, type Stage } from "./testing.ts";

const codeOf = async (work: () => Promise<unknown>) =>
  (await assertRejects(work, AppError)).code;

/** A room of Ada's, with Ben in it. */
async function two(stage: Stage, kind: "open" | "closed" = "closed") {
  const [ada, ben] = await Promise.all([
    stage.person("Ada"),
    stage.person("Ben"),
  ]);
  const room = await createRoom(stage.s, ada, { name: "Tea", kind });
  await stage.bring(ada, room.id, ben);
  return { ada, ben, room };
}

Deno.test(
  "admins make admins and plain members again, and nobody else does",
  onStage(async (stage) => {
    const { s, handedOver } = stage;
    const { ada, ben, room } = await two(stage);
    const set = (who: typeof ada, whom: typeof ada, role: "admin" | "member") =>
      setRole(s, who, room.id, whom.id, role);
    assertEquals(await codeOf(() => set(ben, ben, "admin")), "not-admin");
    await set(ada, ben, "admin");
    assertEquals(handedOver.at(-1)?.[1].members, {
      [ada.id]: "admin",
      [ben.id]: "admin",
    });
    await set(ben, ada, "member");
    assertEquals(await codeOf(() => set(ada, ada, "admin")), "not-admin");
    const cleo = await stage.person("Cleo");
    assertEquals(await codeOf(() => set(ben, cleo, "admin")), "not-found");
    assertEquals(await codeOf(() => set(cleo, ben, "member")), "not-found");
    assertEquals(await codeOf(() => set(ben, ben, "member")), "last-admin");
  }),
);

Deno.test(
  "whatever two admins do at once, the room keeps one",
  onStage(async (stage) => {
    const { s } = stage;
    const { ada, ben, room } = await two(stage);
    const adminsNow = async () =>
      (await listMembers(s, ben.id, room.id))
        .filter(({ role }) => role === "admin").length;
    for (let round = 0; round < 10; round++) {
      await setRole(s, ada, room.id, ben.id, "admin");
      await Promise.allSettled([
        setRole(s, ada, room.id, ada.id, "member"),
        setRole(s, ben, room.id, ben.id, "member"),
        setRole(s, ada, room.id, ben.id, "member"),
        setRole(s, ben, room.id, ada.id, "member"),
      ]);
      assertEquals(await adminsNow(), 1);
      // So that Ada is the one again.
      if ((await findRoom(s, ben.id, room.id)).role === "admin") {
        await setRole(s, ben, room.id, ada.id, "admin");
        await setRole(s, ada, room.id, ben.id, "member");
      }
    }
    await setRole(s, ada, room.id, ben.id, "admin");
    await Promise.allSettled([
      leaveRoom(s, ada, room.id),
      setRole(s, ben, room.id, ben.id, "member"),
    ]);
    assertEquals(await adminsNow(), 1);
  }),
);

Deno.test(
  "a room says what it is for, in one line",
  onStage(async (stage) => {
    const { s } = stage;
    const { ada, ben, room } = await two(stage);
    const seen = async () =>
      (await findRoom(s, ben.id, room.id)).room.description;
    await changeRoom(s, ada, room.id, { description: " Leaves\nand pots " });
    assertEquals(await seen(), "Leaves and pots");
    const long = () =>
      changeRoom(s, ada, room.id, { description: "x".repeat(201) });
    assertEquals(await codeOf(long), "invalid");
    const other = () => changeRoom(s, ben, room.id, { description: "Mine" });
    assertEquals(await codeOf(other), "not-admin");
    await changeRoom(s, ada, room.id, { description: "" });
    assertEquals(await seen(), undefined);
  }),
);

Deno.test(
  "an archived room is handed over as one of readers, refuses what is added, and comes back",
  onStage(async (stage) => {
    const { s } = stage;
    const { ada, ben, room } = await two(stage, "open");
    const cleo = await stage.person("Cleo");
    const code = await stage.codeFor(ada, room.id, cleo.email);
    const other = () => changeRoom(s, ben, room.id, { archived: true });
    assertEquals(await codeOf(other), "not-admin");
    await changeRoom(s, ada, room.id, { archived: true });
    const before = stage.handedOver.at(-1)![1];
    assertEquals(before.members, { [ada.id]: "reader", [ben.id]: "reader" });
    assertEquals(await readMembers(s.kv, room.id), before);
    assertEquals((await findRoom(s, ada.id, room.id)).role, "admin");
    let written = 0;
    const log = membersOnly({
      ...s.realtime,
      post: () => Promise.reject(new Error(`${++written}`)),
      amend: () => Promise.reject(new Error(`${++written}`)),
      history: () => Promise.resolve({ messages: [], epoch: "1", offset: 0 }),
    }, s);
    const draft = { clientId: "c", content: "x" };
    const react = { event: "react", id: "m", emoji: "👍", on: true } as const;
    for (
      const work of [
        () => log.post(ada, room.id, draft),
        () => log.amend(ada, room.id, react),
        () => changeRoom(s, ada, room.id, { name: "Coffee" }),
        () => changeRoom(s, ada, room.id, { description: "Beans" }),
        () => invite(s, ada, room.id, "dora@example.com"),
        () => acceptInvitation(s, cleo, code),
        () => joinOpenRoom(s, cleo, room.id),
      ]
    ) assertEquals(await codeOf(work), "room-archived");
    assertEquals(written, 0);
    await log.history(ben, room.id, {});
    assertEquals((await findOpenRooms(s, cleo, {})).rooms, []);
    await changeRoom(s, ada, room.id, { archived: false });
    const after = stage.handedOver.at(-1)![1];
    assertEquals(after.members, { [ada.id]: "admin", [ben.id]: "member" });
    assert(after.version > before.version);
    assertEquals((await findOpenRooms(s, cleo, {})).rooms.length, 1);
    await acceptInvitation(s, cleo, code);
  }),
);

Deno.test(
  "an admin ends a room for everyone, and nothing of it is left",
  onStage(async (stage) => {
    const { s, ended, handedOver } = stage;
    const { ada, ben, room } = await two(stage, "open");
    const other = () => endRoom(s, ben, room.id);
    assertEquals(await codeOf(other), "not-admin");
    await endRoom(s, ada, room.id);
    assertEquals(handedOver.at(-1)?.[1].ended, true);
    assertEquals(await listRooms(s, ben.id), []);
    assertEquals(await finishRoomErasures(elsewhere(s)), 0);
    assertEquals(ended, [room.id]);
    assertEquals(await rolesOf(s, ben.id), {});
    for (const prefix of ["rooms", "room_members", "open_rooms"]) {
      assertEquals(await listAll(s.kv, [prefix]), [], prefix);
    }
  }),
);

Deno.test(
  "a direct conversation has no admins, no description and no archive",
  onStage(async ({ s, person }) => {
    const [ada, ben] = await Promise.all([person("Ada"), person("Ben")]);
    const { id } = await writeTo(s, ada, [ben.id]);
    for (
      const work of [
        () => setRole(s, ada, id, ada.id, "admin"),
        () => changeRoom(s, ada, id, { archived: true }),
        () => changeRoom(s, ada, id, { description: "Ours" }),
        () => endRoom(s, ada, id),
      ]
    ) assertEquals(await codeOf(work), "direct-room");
  }),
);

Deno.test("what is changed together is changed whole or not at all", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const { account: ada, cookie } = await app.person("Ada");
  const room = await createRoom(s, ada, "Tea");
  const wish = (body: object) =>
    app.ask(`/api/rooms/${room.id}/settings`, {
      ...{ method: "PATCH", cookie, body: JSON.stringify(body) },
      headers: { "content-type": "application/json" },
    });
  const now = async () => (await findRoom(s, ada.id, room.id)).room;
  const refused = [
    { name: "Coffee", description: "x".repeat(201) },
    { name: "", description: "Beans", archived: true },
  ];
  for (const body of refused) {
    const before = await now();
    assertEquals((await wish(body)).status, 422);
    assertEquals(await now(), before);
  }
  const all = { name: "Coffee", description: "Beans", archived: true };
  const changed = await (await wish(all)).json();
  const { name, description, archivedAt } = await now();
  assertEquals([name, description], ["Coffee", "Beans"]);
  assertEquals([changed.name, changed.archivedAt], ["Coffee", archivedAt]);
  assertEquals((await wish({ name: "Milk" })).status, 409);
  // Brought back first.
  assertEquals((await wish({ name: "Milk", archived: false })).status, 200);
  assertEquals([(await now()).name, (await now()).archivedAt], [
    "Milk",
    undefined,
  ]);
});

Deno.test(
  "names change thirty times an hour, by one person, and what is refused changes nothing",
  onStage(async (stage) => {
    const { s } = stage;
    const { ada, ben, room } = await two(stage);
    await setRole(s, ada, room.id, ben.id, "admin");
    const rename = (who: typeof ada, name: string) =>
      changeRoom(s, who, room.id, { name });
    for (let i = 0; i < 30; i++) await rename(ada, `Tea ${i}`);
    const more = () => rename(ada, "Coffee");
    assertEquals(await codeOf(more), "too-many-attempts");
    assertEquals((await findRoom(s, ada.id, room.id)).room.name, "Tea 29");
    await rename(ben, "Cocoa");
  }),
);
