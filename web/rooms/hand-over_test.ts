import { assert, assertEquals, assertRejects } from "@std/assert";
import { LIMITS, type Role } from "../../realtime/protocol.ts";
import { AppError } from "../errors.ts";
import { acceptInvitation } from "./accept.ts";
import {
  handOver,
  handOverDue,
  nextVersion,
  noteHandOver,
  noteMembers,
  readMembers,
} from "./hand-over.ts";
import { leaveRoom, removeMember } from "./members.ts";
import { setRole } from "./settings.ts";
import { createRoom } from "./rooms.ts";
import { keys, type StoredRoom } from "./store.ts";
import { onStage } from "./testing.ts";

/** The same KV, which tells of each entry that is read. */
const counting = (kv: Deno.Kv, read: () => void) =>
  new Proxy(kv, {
    get(target, name) {
      const method = Reflect.get(target, name).bind(target);
      if (name !== "list") return method;
      return async function* (...args: Parameters<Deno.Kv["list"]>) {
        for await (const entry of method(...args)) {
          read();
          yield entry;
        }
      };
    },
  });

const notes = (kv: Deno.Kv) =>
  Array.fromAsync(kv.list({ prefix: keys.handOvers() }));

Deno.test(
  "each change of a room's members is handed over, with a higher version",
  onStage(async ({ s, person, bring, handedOver }) => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const room = await createRoom(s, ada, "Tea");
    await bring(ada, room.id, bob);
    await removeMember(s, ada, room.id, bob.id);
    await bring(ada, room.id, bob);
    await leaveRoom(s, ada, room.id, true);
    assertEquals(handedOver.map(([, { members }]) => members), [
      { [ada.id]: "admin" },
      { [ada.id]: "admin", [bob.id]: "member" },
      { [ada.id]: "admin" },
      { [ada.id]: "admin", [bob.id]: "member" },
      { [bob.id]: "admin" },
    ]);
    const versions = handedOver.map(([, { version }]) => version);
    assertEquals(versions, [...new Set(versions)].sort((a, b) => a - b));
    assertEquals(await notes(s.kv), []);
  }),
);

Deno.test(
  "what a process left when it was killed, or realtime was away, is handed over later",
  onStage(async ({ s, person, bring, handedOver, broken }) => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const room = await createRoom(s, ada, "Tea");
    await bring(ada, room.id, bob);
    broken.realtime = new Error("away");
    await removeMember(s, ada, room.id, bob.id);
    assertEquals((await notes(s.kv)).length, 1);
    await assertRejects(() => handOverDue(s));
    broken.realtime = undefined;
    await handOverDue(s);
    const [id, { members }] = handedOver.at(-1)!;
    assertEquals([id, members], [room.id, { [ada.id]: "admin" }]);
    assertEquals(await notes(s.kv), []);
    await handOverDue(s);
    assertEquals(handedOver.length, 3);
  }),
);

Deno.test(
  "a room that realtime refuses keeps no other from being handed over",
  onStage(async ({ s, person, handedOver, broken }) => {
    const ada = await person("Ada");
    broken.realtime = new Error("away");
    const rooms = [
      await createRoom(s, ada, "Tea"),
      await createRoom(s, ada, "Cake"),
      await createRoom(s, ada, "Jam"),
    ];
    broken.realtime = undefined;
    const { handOver: take } = s.realtime;
    const [{ id: refused }] = rooms;
    s.realtime.handOver = async (...list) => {
      const [roomId] = list;
      if (roomId !== refused) return await take(...list);
      throw new AppError({ code: "bad-frame", status: 400, message: "No." });
    };
    await handOverDue(s);
    assertEquals(
      handedOver.map(([id]) => id).sort(),
      rooms.slice(1).map(({ id }) => id).sort(),
    );
    assertEquals((await notes(s.kv)).length, 1);
  }),
);

Deno.test(
  "a change that realtime refuses is handed over as a list, and a list it refuses is not offered each round",
  onStage(async ({ s, person, bring, handedOver, broken }) => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const room = await createRoom(s, ada, "Tea");
    const refusal = () =>
      Promise.reject(
        new AppError({ code: "bad-frame", status: 422, message: "No." }),
      );
    s.realtime.updateMembers = refusal;
    await bring(ada, room.id, bob);
    const [id, { members }] = handedOver.at(-1)!;
    assertEquals([id, members], [
      room.id,
      { [ada.id]: "admin", [bob.id]: "member" },
    ]);
    assertEquals(await notes(s.kv), []);

    const { handOver: take } = s.realtime;
    let offered = 0;
    s.realtime.handOver = () => {
      offered += 1;
      return refusal();
    };
    await removeMember(s, ada, room.id, bob.id);
    assertEquals(offered, 1);
    for (let round = 0; round < 3; round++) await handOverDue(s);
    assertEquals(offered, 2);
    assertEquals((await notes(s.kv)).length, 1);
    const { now } = Date;
    try {
      Date.now = () => now() + 61 * 60_000;
      await handOverDue(s);
      assertEquals(offered, 3);
    } finally {
      Date.now = now;
    }
    // A change is not held back, also where realtime was away just then.
    s.realtime.handOver = take;
    await bring(ada, room.id, await person("Eve"));
    assertEquals(await notes(s.kv), []);
    s.realtime.handOver = refusal;
    const fay = await person("Fay");
    await bring(ada, room.id, fay);
    await handOverDue(s);
    s.realtime.handOver = take;
    broken.realtime = new Error("away");
    await removeMember(s, ada, room.id, fay.id);
    broken.realtime = undefined;
    await handOverDue(s);
    assertEquals(await notes(s.kv), []);
    assertEquals(fay.id in handedOver.at(-1)![1].members, false);
  }),
);

Deno.test(
  "a change that comes while members are handed over is handed over as well",
  onStage(async ({ s, person, bring, handedOver }) => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const room = await createRoom(s, ada, "Tea");
    await bring(ada, room.id, bob);
    const { updateMembers: take } = s.realtime;
    let late = false;
    s.realtime.updateMembers = async (...update) => {
      s.realtime.updateMembers = take;
      await leaveRoom(s, bob, room.id);
      late = await take(...update);
      return late;
    };
    await leaveRoom(s, ada, room.id, true);
    await handOverDue(s);
    // What was late is older: it is taken, and changes nothing.
    assertEquals(late, true);
    assertEquals(handedOver.at(-1)?.[1].ended, true);
    assertEquals(handedOver.filter(([, list]) => list.ended).length, 1);
    assertEquals(await notes(s.kv), []);
  }),
);

Deno.test(
  "changes that wait are handed over as one; where they do not follow on, the list is",
  onStage(async ({ s, person, bring, handedOver, updates, broken }) => {
    const [ada, bob, eve] = await Promise.all(
      ["Ada", "Bob", "Eve"].map(person),
    );
    const room = await createRoom(s, ada, "Tea");
    await bring(ada, room.id, bob);
    broken.realtime = new Error("away");
    await setRole(s, ada, room.id, bob.id, "admin");
    await bring(ada, room.id, eve);
    await removeMember(s, ada, room.id, bob.id);
    assertEquals((await notes(s.kv)).length, 3);
    broken.realtime = undefined;
    await handOverDue(s);
    const whole: Record<string, Role> = {
      ...{ [ada.id]: "admin", [eve.id]: "member" },
    };
    assertEquals(handedOver.at(-1)![1].members, whole);
    assertEquals(updates.map(({ changed }) => changed), [
      { [bob.id]: "member" },
      { [bob.id]: null, [eve.id]: "member" },
    ]);
    assertEquals(updates[1].after.length, 3);
    assertEquals(await notes(s.kv), []);

    // A copy of which web knows nothing, as after KV was put back from a backup.
    const list = {
      version: Date.now() + 1e6,
      members: { eve: "admin" as const },
    };
    await s.realtime.handOver(room.id, list);
    const { value } = await s.kv.get<StoredRoom>(keys.room(room.id));
    const version = list.version + 1;
    const commit = s.kv.atomic().set(keys.room(room.id), { ...value, version });
    await noteMembers(commit, value!, version, {}).commit();
    await handOver(s, room.id);
    assertEquals(handedOver.at(-1), [room.id, { version, members: whole }]);
    assertEquals(updates.length, 2);
    assertEquals(await notes(s.kv), []);
  }),
);

Deno.test(
  "a note of an earlier version has the list handed over, with what changed since",
  onStage(async ({ s, person, bring, handedOver, updates, broken }) => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const room = await createRoom(s, ada, "Tea");
    broken.realtime = new Error("away");
    await s.kv.set(["hand_overs", room.id], { version: 1 });
    await bring(ada, room.id, bob);
    assertEquals((await notes(s.kv)).length, 2);
    broken.realtime = undefined;
    await handOverDue(s);
    assertEquals(handedOver.at(-1)![1].members, {
      ...{ [ada.id]: "admin", [bob.id]: "member" },
    });
    assertEquals(updates, []);
    assertEquals(await notes(s.kv), []);
  }),
);

Deno.test(
  "members are read as they were at one moment",
  onStage(async ({ s, person, bring }) => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const room = await createRoom(s, ada, "Tea");
    await bring(ada, room.id, bob);
    let lists = 0;
    const kv = new Proxy(s.kv, {
      get(target, name) {
        const method = Reflect.get(target, name).bind(target);
        if (name !== "list") return method;
        return async function* (...args: [Deno.KvListSelector]) {
          const [of] = args;
          const isMembers = "prefix" in of && of.prefix[0] === "room_members";
          if (!isMembers) return yield* method(...args);
          lists += 1;
          const read = await Array.fromAsync(method(...args));
          if (lists === 1) await leaveRoom(s, ada, room.id, true);
          yield* read;
        };
      },
    });
    const list = await readMembers(kv, room.id);
    assertEquals([lists, list?.members], [2, { [bob.id]: "admin" }]);
    assertEquals(await readMembers(s.kv, "nowhere"), null);
  }),
);

Deno.test(
  "a room of before there were versions has the first of all",
  onStage(async ({ s, person, bring, handedOver }) => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const room = await createRoom(s, ada, "Tea");
    const { version: _, ...before } =
      (await s.kv.get<StoredRoom>(keys.room(room.id))).value!;
    await s.kv.set(keys.room(room.id), before);
    await s.kv.delete(keys.handOver(room.id));
    assertEquals((await readMembers(s.kv, room.id))?.version, 0);
    await handOver(s, room.id);
    assertEquals(handedOver.length, 1);
    await bring(ada, room.id, bob);
    assert(handedOver.at(-1)![1].version > 0);
    // A clock that is behind does not make it older.
    const ahead = Date.now() + 1e9;
    assertEquals(nextVersion({ version: ahead }), ahead + 1);
  }),
);

Deno.test(
  "a room has at most 10,000 members, and who joins it is handed over, and not all of them",
  onStage(async ({ s, person, codeFor, handedOver, updates }) => {
    const [ada, bob, eve] = await Promise.all(
      ["Ada", "Bob", "Eve"].map(person),
    );
    const room = await createRoom(s, ada, "Hall");
    for (let n = 0; n < LIMITS.membersEach - 2; n += 500) {
      const commit = s.kv.atomic();
      for (let i = n; i < Math.min(n + 500, LIMITS.membersEach - 2); i += 1) {
        const member = { role: "member", joinedAt: i };
        commit.set(keys.member(room.id, `member-${i}`), member);
      }
      await commit.commit();
    }
    const record = await s.kv.get<StoredRoom>(keys.room(room.id));
    const memberCount = LIMITS.membersEach - 1;
    await s.kv.set(record.key, { ...record.value, memberCount });
    await noteHandOver(s.kv.atomic(), room.id, 0).commit();
    await handOver(s, room.id);
    await acceptInvitation(s, bob, await codeFor(ada, room.id, bob.email));
    assertEquals(updates.map(({ changed }) => changed), [{
      [bob.id]: "member",
    }]);
    // Nor are they all read.
    const { value } = await s.kv.get<StoredRoom>(keys.room(room.id));
    const version = nextVersion(value!);
    const commit = s.kv.atomic().set(keys.room(room.id), { ...value, version });
    await noteMembers(commit, value!, version, {}).commit();
    let read = 0;
    await handOver({ ...s, kv: counting(s.kv, () => read += 1) }, room.id);
    assertEquals([updates.length, read], [2, 1]);
    const { members } = handedOver.at(-1)![1];
    assertEquals(Object.keys(members).length, LIMITS.membersEach);
    assertEquals(members[bob.id], "member");
    const code = await codeFor(ada, room.id, eve.email);
    const error = await assertRejects(
      () => acceptInvitation(s, eve, code),
      AppError,
    );
    assertEquals([error.code, error.status], ["room-full", 409]);
  }),
);
