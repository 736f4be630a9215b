import { assertEquals, assertRejects } from "@std/assert";
import { changeAccount } from "../accounts/store.ts";
import { AppError } from "../errors.ts";
import { writeTo } from "./direct.ts";
import {
  endRoom,
  leaveAllRooms,
  listMembers,
  removeMember,
} from "./members.ts";
import {
  findLinked,
  joinByLink,
  linkOf,
  makeLink,
  revokeLink,
} from "./room-link.ts";
import { createRoom } from "./rooms.ts";
import { changeRoom } from "./settings.ts";
import { keys, listAll, type StoredLink } from "./store.ts";
import { onStage, type Stage, unknownCode } from "./testing.ts";

const codeOf = async (work: () => Promise<unknown>) =>
  (await assertRejects(work, AppError)).code;

async function linked(stage: Stage, people = 10) {
  const [ada, ben, cleo] = await Promise.all(
    ["Ada", "Ben", "Cleo"].map(stage.person),
  );
  const room = await createRoom(stage.s, ada, "Tea");
  const link = await makeLink(stage.s, ada, room.id, { days: 7, people });
  return { ada, ben, cleo, room, link };
}

Deno.test(
  "whoever has the link joins once, and members see how many more it lets in",
  onStage(async (stage) => {
    const { s } = stage;
    const { ada, ben, room, link } = await linked(stage);
    assertEquals((await findLinked(s, link.code)).name, "Tea");
    await Promise.all([1, 2, 3].map(() => joinByLink(s, ben, link.code)));
    assertEquals((await listMembers(s, ada.id, room.id)).length, 2);
    assertEquals((await linkOf(s, ben.id, room.id))?.left, 9);
    assertEquals(stage.handedOver.at(-1)?.[1].members[ben.id], "member");
  }),
);

Deno.test(
  "whoever was the last to be let in by a link gets the room again",
  onStage(async (stage) => {
    const { s } = stage;
    const { ben, cleo, room, link } = await linked(stage, 1);
    const twice = await Promise.all(
      [1, 2].map(() => joinByLink(s, ben, link.code)),
    );
    assertEquals(twice.map(({ id }) => id), [room.id, room.id]);
    assertEquals((await joinByLink(s, ben, link.code)).id, room.id);
    const join = () => joinByLink(s, cleo, link.code);
    assertEquals(await codeOf(join), "link-over");
  }),
);

Deno.test(
  "a link lets in as many as it says, however many come at once",
  onStage(async (stage) => {
    const { s } = stage;
    const { ada, ben, cleo, room, link } = await linked(stage, 1);
    const results = await Promise.allSettled(
      [ben, cleo].map((who) => joinByLink(s, who, link.code)),
    );
    assertEquals(results.map(({ status }) => status).sort(), [
      ...["fulfilled", "rejected"],
    ]);
    assertEquals((await listMembers(s, ada.id, room.id)).length, 2);
    assertEquals(await linkOf(s, ada.id, room.id), null);
  }),
);

Deno.test(
  "a link that was taken back, replaced, has expired or never was lets nobody in",
  onStage(async (stage) => {
    const { s } = stage;
    const { ada, ben, room, link } = await linked(stage);
    const join = (code: string) => codeOf(() => joinByLink(s, ben, code));
    const next = await makeLink(s, ada, room.id, { days: 1, people: 1 });
    assertEquals(await join(link.code), "link-over");
    await revokeLink(s, ada, room.id);
    assertEquals(await join(next.code), "link-over");
    const last = await makeLink(s, ada, room.id, { days: 1, people: 1 });
    const key = keys.roomLink(room.id);
    const { value } = await s.kv.get<StoredLink>(key);
    await s.kv.set(key, { ...value, expiresAt: Date.now() - 1 });
    assertEquals(await join(last.code), "link-over");
    assertEquals(await codeOf(() => findLinked(s, last.code)), "link-over");
    assertEquals(await join(unknownCode()), "link-over");
    assertEquals(await join("x"), "link-over");
    assertEquals((await listMembers(s, ada.id, room.id)).length, 1);
  }),
);

Deno.test(
  "of two who make the first link at once one does, and the other is told of it",
  onStage(async (stage) => {
    const { s } = stage;
    const { ada, ben, room } = await linked(stage);
    await revokeLink(s, ada, room.id);
    const make = () =>
      makeLink(s, ada, room.id, { days: 7, people: 1 }, { onlyFirst: true });
    const tries = await Promise.allSettled([make(), make()]);
    const [made, ...more] = tries.filter((it) => it.status === "fulfilled");
    assertEquals(more, []);
    const lost = tries.find((it) => it.status === "rejected");
    assertEquals(lost?.reason.code, "link-there");
    await joinByLink(s, ben, made.value.code);
    assertEquals((await make()).left, 1, "that one is used up");
  }),
);

Deno.test(
  "removing a member takes the link back, and a new one is no way in for them",
  onStage(async (stage) => {
    const { s } = stage;
    const { ada, ben, cleo, room, link } = await linked(stage);
    await joinByLink(s, ben, link.code);
    await removeMember(s, ada, room.id, ben.id);
    const join = (who: typeof ben, code: string) =>
      codeOf(() => joinByLink(s, who, code));
    assertEquals(await join(cleo, link.code), "link-over");
    const next = await makeLink(s, ada, room.id, { days: 1, people: 10 });
    assertEquals(await join(ben, next.code), "removed-from-room");
    await joinByLink(s, cleo, next.code);
  }),
);

Deno.test(
  "admins alone make links, for what is offered, of rooms that people join",
  onStage(async (stage) => {
    const { s } = stage;
    const { ada, ben, room, link } = await linked(stage);
    await joinByLink(s, ben, link.code);
    const plan = { days: 7, people: 10 };
    const make = (who: typeof ada, id: string, other = plan) =>
      codeOf(() => makeLink(s, who, id, other));
    assertEquals(await make(ben, room.id), "not-admin");
    assertEquals(
      await codeOf(() => revokeLink(s, ben, room.id)),
      "not-admin",
    );
    assertEquals(await make(ada, room.id, { ...plan, days: 9e9 }), "invalid");
    assertEquals(await make(ada, room.id, { ...plan, people: NaN }), "invalid");
    const direct = await writeTo(s, ada, [ben.id]);
    assertEquals(await make(ada, direct.id), "direct-room");
    await changeRoom(s, ada, room.id, { archived: true });
    assertEquals(await make(ada, room.id), "room-archived");
    assertEquals(await codeOf(() => findLinked(s, link.code)), "link-over");
    await changeRoom(s, ada, room.id, { archived: false });
    await endRoom(s, ada, room.id);
    assertEquals(await listAll(s.kv, ["room_links"]), []);
  }),
);

Deno.test(
  "whoever has not confirmed their address does not join by a link",
  onStage(async (stage) => {
    const { s } = stage;
    const { ben, link } = await linked(stage);
    const unconfirmedUntil = Date.now() + 10_000;
    await changeAccount(s.kv, ben.id, (it) => ({ ...it, unconfirmedUntil }));
    const join = () => joinByLink(s, ben, link.code);
    assertEquals(await codeOf(join), "address-unconfirmed");
  }),
);

Deno.test(
  "the link is the room's: it stays when who made it deletes their account, and who is admin then takes it back",
  onStage(async (stage) => {
    const { s } = stage;
    const { ada, ben, cleo, room, link } = await linked(stage);
    await joinByLink(s, ben, link.code);
    await leaveAllRooms(s, ada);
    const [{ id, role }] = await listMembers(s, ben.id, room.id);
    assertEquals([id, role], [ben.id, "admin"]);
    const shown = await linkOf(s, ben.id, room.id);
    assertEquals([shown?.code, shown?.left], [link.code, 9]);
    await joinByLink(s, cleo, link.code);
    await revokeLink(s, ben, room.id);
    assertEquals(await linkOf(s, ben.id, room.id), null);
    assertEquals(await codeOf(() => findLinked(s, link.code)), "link-over");
  }),
);
