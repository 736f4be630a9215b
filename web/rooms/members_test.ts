import { assert, assertEquals, assertRejects } from "@std/assert";
import { type AccountRecord, changeAccount } from "../accounts/store.ts";
import { AppError } from "../errors.ts";
import { acceptInvitation } from "./accept.ts";
import { findInvitation, listInvitations } from "./invitations.ts";
import {
  leaveAllRooms,
  leaveRoom,
  listMembers,
  removeMember,
} from "./members.ts";
import { handOverDue } from "./hand-over.ts";
import { putMembership } from "./memberships.ts";
import { createRoom, findRoom, isMember, listRooms, rolesOf } from "./rooms.ts";
import { finishRoomErasures } from "./room-erasures.ts";
import { keys, type Membership } from "./store.ts";
import { elsewhere, onStage, type Stage } from "./testing.ts";

/** The ids of a room's members as they were last handed over. */
const lastMembers = ({ handedOver }: Stage, roomId: string) =>
  Object.keys(handedOver.findLast(([id]) => id === roomId)![1].members);

const codeOf = async (attempt: () => Promise<unknown>): Promise<string> =>
  (await assertRejects(attempt, AppError)).code;

/** A room of Ada's, which Bob and then Cleo have joined. */
async function threeInARoom({ s, person, bring }: Stage) {
  const [ada, bob, cleo] = await Promise.all(
    ["Ada", "Bob", "Cleo"].map(person),
  );
  const room = await createRoom(s, ada, "Tea");
  await bring(ada, room.id, bob);
  await bring(ada, room.id, cleo);
  return { ada, bob, cleo, room };
}

Deno.test(
  "members are listed with their names of today, the longest-standing first",
  onStage(async (stage) => {
    const { bob, cleo, room } = await threeInARoom(stage);
    const robert = (before: AccountRecord) => ({ ...before, name: "Robert" });
    await changeAccount(stage.s.kv, bob.id, robert);
    const members = await listMembers(stage.s, cleo.id, room.id);
    assertEquals(new Set(members.map(({ id }) => id)).size, 3);
    const joined = members.map(({ joinedAt }) => joinedAt);
    assertEquals(joined, joined.toSorted((a, b) => a - b));
    assertEquals(
      members.map(({ name, role }) => [name, role]).sort(),
      [["Ada", "admin"], ["Cleo", "member"], ["Robert", "member"]],
    );
    const eve = await stage.person("Eve");
    assertEquals(
      await codeOf(() => listMembers(stage.s, eve.id, room.id)),
      "not-found",
    );
  }),
);

Deno.test(
  "an admin removes a member, who loses the room everywhere",
  onStage(async (stage) => {
    const { ada, bob, room } = await threeInARoom(stage);
    await removeMember(stage.s, ada, room.id, bob.id);
    assertEquals(
      await codeOf(() => findRoom(stage.s, bob.id, room.id)),
      "not-found",
    );
    assertEquals(await rolesOf(stage.s, bob.id), {});
    const [mine] = await listRooms(stage.s, ada.id);
    assertEquals(mine.memberCount, 2);
    assertEquals(lastMembers(stage, room.id).includes(bob.id), false);
  }),
);

Deno.test(
  "only an admin removes, and only members can be removed",
  onStage(async (stage) => {
    const { ada, bob, cleo, room } = await threeInARoom(stage);
    const eve = await stage.person("Eve");
    const remove = (who: typeof ada, id: string) =>
      codeOf(() => removeMember(stage.s, who, room.id, id));
    assertEquals(await remove(bob, cleo.id), "not-admin");
    assertEquals(await remove(eve, bob.id), "not-found");
    assertEquals(await remove(ada, eve.id), "not-found");
    assertEquals(await remove(ada, "../" + bob.id), "not-found");
    assertEquals((await listMembers(stage.s, ada.id, room.id)).length, 3);
  }),
);

Deno.test(
  "a removed member's open invitations stop working",
  onStage(async (stage) => {
    const { ada, bob, room } = await threeInARoom(stage);
    const backDoor = await stage.codeFor(bob, room.id, "bob2@example.com");
    const kept = await stage.codeFor(ada, room.id, "dora@example.com");
    await removeMember(stage.s, ada, room.id, bob.id);
    assertEquals(
      await codeOf(() => acceptInvitation(stage.s, bob, backDoor)),
      "invitation-revoked",
    );
    assertEquals((await findInvitation(stage.s, kept))?.status, "pending");
  }),
);

Deno.test(
  "a member leaves, and the rest stay",
  onStage(async (stage) => {
    const { ada, bob, room } = await threeInARoom(stage);
    await leaveRoom(stage.s, bob, room.id);
    assertEquals(await listRooms(stage.s, bob.id), []);
    const members = await listMembers(stage.s, ada.id, room.id);
    assertEquals(members.map(({ name }) => name).sort(), ["Ada", "Cleo"]);
    assertEquals(lastMembers(stage, room.id).includes(bob.id), false);
    assertEquals(
      await codeOf(() => leaveRoom(stage.s, bob, room.id)),
      "not-found",
    );
  }),
);

Deno.test(
  "the only admin cannot leave others; when their account goes, the longest-standing member takes over",
  onStage(async (stage) => {
    const { s } = stage;
    const [ada, bob, cleo] = await Promise.all(
      ["Ada", "Bob", "Cleo"].map(stage.person),
    );
    const room = await createRoom(s, ada, "Tea");
    await stage.bring(ada, room.id, cleo);
    await stage.bring(ada, room.id, bob);
    // Two people may join within a millisecond; the story needs an order.
    const joined = { role: "member", joinedAt: Date.now() + 1_000 };
    await s.kv.set(["room_members", room.id, bob.id], joined);
    assertEquals(await codeOf(() => leaveRoom(s, ada, room.id)), "last-admin");
    assertEquals((await findRoom(s, ada.id, room.id)).role, "admin");
    await leaveRoom(s, ada, room.id, true);
    assertEquals(await rolesOf(s, cleo.id), { [room.id]: "admin" });
    assertEquals(await rolesOf(s, bob.id), { [room.id]: "member" });
    assertEquals((await findRoom(s, cleo.id, room.id)).role, "admin");
    await removeMember(s, cleo, room.id, bob.id);
  }),
);

Deno.test(
  "when nobody is left, the room ends with its invitations and messages",
  onStage(async ({ s, person, codeFor, ended, handedOver }) => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const room = await createRoom(s, ada, "Tea");
    const code = await codeFor(ada, room.id, bob.email);
    await leaveRoom(s, ada, room.id);
    assertEquals(await findInvitation(s, code), null);
    const error = await codeOf(() => acceptInvitation(s, bob, code));
    assertEquals(error, "invitation-revoked");
    assertEquals(await codeOf(() => findRoom(s, ada.id, room.id)), "not-found");
    assertEquals(await finishRoomErasures(elsewhere(s)), 0);
    assertEquals(ended, [room.id]);
    assertEquals(await finishRoomErasures(elsewhere(s)), 0);
    assertEquals(ended, [room.id], "and that is all of it");
    const [id, list] = handedOver.at(-1)!;
    assertEquals([id, list.members, list.ended], [room.id, {}, true]);
    assert(list.version > handedOver[0][1].version);
  }),
);

Deno.test(
  "a room ends though realtime is away, which deletes it when it is back",
  onStage(async ({ s, person, broken, ended, handedOver }) => {
    const ada = await person("Ada");
    const room = await createRoom(s, ada, "Tea");
    broken.realtime = new Error("away");
    await leaveRoom(s, ada, room.id);
    assertEquals(await codeOf(() => findRoom(s, ada.id, room.id)), "not-found");
    assertEquals(await finishRoomErasures(elsewhere(s)), 1);
    assertEquals(ended, []);
    broken.realtime = undefined;
    assertEquals(await finishRoomErasures(elsewhere(s)), 0);
    assertEquals(ended, [room.id]);
    assertEquals(handedOver.map(([, list]) => list.ended), [undefined]);
    await handOverDue(s);
    const [id, list] = handedOver.at(-1)!;
    assertEquals([id, list.ended], [room.id, true]);
    await handOverDue(s);
    assertEquals(handedOver.length, 2);
  }),
);

Deno.test(
  "everyone leaving at once ends the room, whoever is last",
  onStage(async (stage) => {
    const { ada, bob, cleo, room } = await threeInARoom(stage);
    await Promise.all(
      [ada, bob, cleo].map((who) => leaveRoom(stage.s, who, room.id, true)),
    );
    await finishRoomErasures(elsewhere(stage.s));
    assertEquals(stage.ended, [room.id]);
    const [id, list] = stage.handedOver.at(-1)!;
    assertEquals([id, list.ended], [room.id, true]);
    const prefixes = [
      "rooms",
      "room_members",
      "rooms_by_account",
      "hand_overs",
    ];
    for (const prefix of prefixes) {
      const left = await Array.fromAsync(
        stage.s.kv.list({ prefix: [prefix] }),
      );
      assertEquals(left, []);
    }
  }),
);

Deno.test(
  "a removal and a departure at once leave the right count and an admin",
  onStage(async (stage) => {
    const { ada, bob, cleo, room } = await threeInARoom(stage);
    await Promise.allSettled([
      removeMember(stage.s, ada, room.id, bob.id),
      leaveRoom(stage.s, ada, room.id),
    ]);
    const members = await listMembers(stage.s, cleo.id, room.id);
    const [mine] = await listRooms(stage.s, cleo.id);
    assertEquals(mine.memberCount, members.length);
    assertEquals(members.filter(({ role }) => role === "admin").length, 1);
  }),
);

Deno.test(
  "leaving every room leaves nothing behind",
  onStage(async ({ s, person, bring, codeFor }) => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const shared = await createRoom(s, ada, "Shared");
    await bring(ada, shared.id, bob);
    const alone = await createRoom(s, ada, "Alone");
    await codeFor(ada, shared.id, "eve@example.com");
    await leaveAllRooms(s, ada);
    assertEquals(await listRooms(s, ada.id), []);
    assertEquals(await rolesOf(s, bob.id), { [shared.id]: "admin" });
    assertEquals(await listInvitations(s, bob.id, shared.id), []);
    assertEquals((await s.kv.get(["rooms", alone.id])).value, null);
  }),
);

Deno.test(
  "a room that another instance let somebody into on their way out is left as well, in data of before, too",
  onStage(async ({ s, person, bring }) => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const [tea, late] = [
      await createRoom(s, bob, "Tea"),
      await createRoom(s, bob, "Late"),
    ];
    await bring(bob, tea.id, ada);
    // Earlier versions left none.
    await s.kv.delete(keys.membershipsMark(ada.id));
    const { updateMembers } = s.realtime;
    s.realtime.updateMembers = async (...call) => {
      const membership: Membership = { role: "member", joinedAt: Date.now() };
      await putMembership(s.kv.atomic(), late.id, ada.id, membership).commit();
      s.realtime.updateMembers = updateMembers;
      return await updateMembers(...call);
    };
    // Before the account is gone, and after it.
    await leaveAllRooms(s, ada);
    await leaveAllRooms(s, ada);
    assertEquals(await isMember(s, ada.id, tea.id), false);
    assertEquals(await isMember(s, ada.id, late.id), false);
  }),
);

Deno.test(
  "a removal stands while realtime is down",
  onStage(async (stage) => {
    const { ada, bob, room } = await threeInARoom(stage);
    stage.broken.realtime = new Error("down");
    await removeMember(stage.s, ada, room.id, bob.id);
    assertEquals(await rolesOf(stage.s, bob.id), {});
  }),
);
