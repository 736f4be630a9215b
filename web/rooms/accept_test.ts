import { assertEquals, assertRejects } from "@std/assert";
import { keys as accountKeys } from "../accounts/store.ts";
import { AppError } from "../errors.ts";
import { acceptInvitation } from "./accept.ts";
import { findInvitation, rejectInvitation } from "./invitations.ts";
import { leaveRoom, listMembers, removeMember } from "./members.ts";
import { createRoom, listRooms, rolesOf } from "./rooms.ts";
import { onStage } from "./testing.ts";

const codeOf = async (attempt: () => Promise<unknown>): Promise<string> =>
  (await assertRejects(attempt, AppError)).code;

Deno.test(
  "whoever has the link joins as a member, with whatever address",
  onStage(async ({ s, person, codeFor, handedOver }) => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const room = await createRoom(s, ada, "Tea");
    const code = await codeFor(ada, room.id, "bob-at-work@example.com");
    assertEquals(await acceptInvitation(s, bob, code), room);
    assertEquals(await rolesOf(s, bob.id), { [room.id]: "member" });
    assertEquals((await listRooms(s, ada.id))[0].memberCount, 2);
    const [id, { members }] = handedOver.at(-1)!;
    const both = { [ada.id]: "admin", [bob.id]: "member" };
    assertEquals([id, members], [room.id, both]);
    assertEquals((await findInvitation(s, code))?.status, "accepted");
  }),
);

Deno.test(
  "a code lets one person in, however many try at once",
  onStage(async ({ s, person, codeFor }) => {
    const ada = await person("Ada");
    const room = await createRoom(s, ada, "Tea");
    const code = await codeFor(ada, room.id, "bob@example.com");
    const people = await Promise.all(
      ["Bob", "Cleo", "Dora", "Eve"].map(person),
    );
    const tries = await Promise.allSettled(
      people.map((who) => acceptInvitation(s, who, code)),
    );
    const joined = tries.filter(({ status }) => status === "fulfilled");
    assertEquals(joined.length, 1);
    for (const result of tries) {
      if (result.status === "fulfilled") continue;
      assertEquals(result.reason.code, "invitation-used");
    }
    assertEquals((await listMembers(s, ada.id, room.id)).length, 2);
    assertEquals((await listRooms(s, ada.id))[0].memberCount, 2);
  }),
);

Deno.test(
  "an invitation of somebody who was removed is over, also if taking it back failed",
  onStage(async ({ s, person, bring, codeFor }) => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const room = await createRoom(s, ada, "Tea");
    await bring(ada, room.id, bob);
    const code = await codeFor(bob, room.id, "bob-again@example.com");
    // The process ends between the removal and what follows it.
    const { list } = s.kv;
    s.kv.list = () => {
      throw new Error("The process is gone");
    };
    await assertRejects(() => removeMember(s, ada, room.id, bob.id));
    s.kv.list = list;
    const back = await codeOf(() => acceptInvitation(s, bob, code));
    assertEquals(back, "invitation-revoked");
    assertEquals((await listMembers(s, ada.id, room.id)).length, 1);
  }),
);

Deno.test(
  "an account that is gone joins nothing and makes no room",
  onStage(async ({ s, person, codeFor }) => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const room = await createRoom(s, ada, "Tea");
    const code = await codeFor(ada, room.id, bob.email);
    await s.kv.delete(accountKeys.account(bob.id));
    // Bob's requests were on their way when the account was deleted.
    const join = () => acceptInvitation(s, bob, code);
    assertEquals(await codeOf(join), "not-found");
    assertEquals(await codeOf(() => createRoom(s, bob, "Mine")), "not-found");
    assertEquals(await rolesOf(s, bob.id), {});
    assertEquals((await findInvitation(s, code))?.status, "pending");
  }),
);

Deno.test(
  "the same person accepting twice at once is one member",
  onStage(async ({ s, person, codeFor, handedOver }) => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const room = await createRoom(s, ada, "Tea");
    const code = await codeFor(ada, room.id, bob.email);
    const rooms = await Promise.all(
      [1, 2, 3].map(() => acceptInvitation(s, bob, code)),
    );
    assertEquals(rooms, [room, room, room]);
    assertEquals((await listMembers(s, ada.id, room.id)).length, 2);
    assertEquals(handedOver.length, 2);
  }),
);

Deno.test(
  "several people joining at once are all members, and counted",
  onStage(async ({ s, person, codeFor }) => {
    const ada = await person("Ada");
    const room = await createRoom(s, ada, "Tea");
    const people = await Promise.all(
      ["Bob", "Cleo", "Dora", "Eve", "Finn"].map(person),
    );
    const codes: string[] = [];
    for (const { email } of people) {
      codes.push(await codeFor(ada, room.id, email));
    }
    await Promise.all(
      people.map((who, n) => acceptInvitation(s, who, codes[n])),
    );
    assertEquals((await listMembers(s, ada.id, room.id)).length, 6);
    assertEquals((await listRooms(s, ada.id))[0].memberCount, 6);
  }),
);

Deno.test(
  "accepting and declining at once have one outcome",
  onStage(async ({ s, person, codeFor }) => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const room = await createRoom(s, ada, "Tea");
    const code = await codeFor(ada, room.id, bob.email);
    const [accepted, declined] = await Promise.allSettled([
      acceptInvitation(s, bob, code),
      rejectInvitation(s, null, code),
    ]);
    assertEquals(accepted.status === declined.status, false);
    const status = (await findInvitation(s, code))?.status;
    const isMember = room.id in await rolesOf(s, bob.id);
    assertEquals(isMember, accepted.status === "fulfilled");
    assertEquals(status, isMember ? "accepted" : "rejected");
  }),
);

Deno.test(
  "a member who opens someone else's link does not use it up",
  onStage(async ({ s, person, codeFor }) => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const room = await createRoom(s, ada, "Tea");
    const code = await codeFor(ada, room.id, bob.email);
    assertEquals(
      await codeOf(() => acceptInvitation(s, ada, code)),
      "already-member",
    );
    assertEquals(await acceptInvitation(s, bob, code), room);
  }),
);

Deno.test(
  "a used link does not let anyone back in",
  onStage(async ({ s, person, codeFor }) => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const room = await createRoom(s, ada, "Tea");
    const code = await codeFor(ada, room.id, bob.email);
    await acceptInvitation(s, bob, code);
    await removeMember(s, ada, room.id, bob.id);
    assertEquals(
      await codeOf(() => acceptInvitation(s, bob, code)),
      "not-found",
    );
    assertEquals(await rolesOf(s, bob.id), {});
  }),
);

Deno.test(
  "joining as the room ends leaves no member of nothing",
  onStage(async ({ s, person, codeFor }) => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const room = await createRoom(s, ada, "Tea");
    const code = await codeFor(ada, room.id, bob.email);
    const [, accepted] = await Promise.allSettled([
      leaveRoom(s, ada, room.id),
      acceptInvitation(s, bob, code),
    ]);
    const roles = await rolesOf(s, bob.id);
    // Whoever came first: Bob alone and its admin, or no room at all.
    const expected = accepted.status === "fulfilled"
      ? { [room.id]: "admin" }
      : {};
    assertEquals(roles, expected);
  }),
);

Deno.test(
  "joining stands while realtime is down",
  onStage(async ({ s, person, bring, broken }) => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const room = await createRoom(s, ada, "Tea");
    broken.realtime = new Error("down");
    await bring(ada, room.id, bob);
    assertEquals(await rolesOf(s, bob.id), { [room.id]: "member" });
  }),
);
