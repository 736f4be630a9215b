import { assertEquals, assertRejects } from "@std/assert";
import { LIMITS } from "../../realtime/protocol.ts";
import { AppError } from "../errors.ts";
import {
  createRoom,
  findRoom,
  listRooms,
  NAME_LENGTH,
  rolesOf,
  roomFormId,
} from "./rooms.ts";
import { changeRoom } from "./settings.ts";
import { keys } from "./store.ts";
import { onStage } from "./testing.ts";

const codeOf = async (attempt: () => Promise<unknown>): Promise<string> =>
  (await assertRejects(attempt, AppError)).code;

Deno.test(
  "whoever makes a room is its only member and its admin",
  onStage(async ({ s, person }) => {
    const ada = await person("Ada");
    const room = await createRoom(s, ada, "Tea");
    assertEquals(room.name, "Tea");
    assertEquals(room.createdBy, ada.id);
    assertEquals(await findRoom(s, ada.id, room.id), { room, role: "admin" });
    assertEquals(await listRooms(s, ada.id), [
      { ...room, role: "admin", memberCount: 1 },
    ]);
    assertEquals(await rolesOf(s, ada.id), { [room.id]: "admin" });
  }),
);

Deno.test(
  "rooms made at the same time are all listed, by name",
  onStage(async ({ s, person }) => {
    const ada = await person("Ada");
    const names = Array.from({ length: 25 }, (_, n) => `Room ${n + 10}`);
    await Promise.all(names.map((name) => createRoom(s, ada, name)));
    const listed = await listRooms(s, ada.id);
    assertEquals(listed.map(({ name }) => name), names);
  }),
);

Deno.test(
  "a form sent twice makes one room, and filled in anew another",
  onStage(async ({ s, person }) => {
    const [ada, eve] = [await person("Ada"), await person("Eve")];
    const once = roomFormId();
    const tea = () => createRoom(s, ada, "Tea", once);
    const [first, second] = await Promise.all([tea(), tea()]);
    assertEquals(second, first);
    assertEquals(await tea(), first);
    const cakes = () => createRoom(s, ada, "Cake", once);
    const [cake, twin] = await Promise.all([cakes(), cakes()]);
    assertEquals(cake.name, "Cake");
    assertEquals(twin, cake);
    const hers = await createRoom(s, eve, "Tea", once);
    assertEquals(hers.createdBy, eve.id);
    assertEquals((await listRooms(s, ada.id)).length, 2);
  }),
);

Deno.test(
  "a form is one room also when the account changes while it is made",
  onStage(async ({ s, person }) => {
    const ada = await person("Ada");
    const once = roomFormId();
    const { get } = s.kv;
    s.kv.get = async <T>(key: Deno.KvKey) => {
      const entry = await get.call(s.kv, key) as Deno.KvEntryMaybe<T>;
      if (key[0] !== "accounts") return entry;
      s.kv.get = get;
      await s.kv.set(key, entry.value);
      return entry;
    };
    const tea = () => createRoom(s, ada, "Tea", once);
    assertEquals(await tea(), await tea());
    assertEquals((await listRooms(s, ada.id)).length, 1);
  }),
);

Deno.test(
  "a room and its absence look the same to someone who is no member",
  onStage(async ({ s, person }) => {
    const [ada, eve] = [await person("Ada"), await person("Eve")];
    const room = await createRoom(s, ada, "Tea");
    const answers = [];
    for (const id of [room.id, "no-such-room", "", "x".repeat(5_000), "a/b"]) {
      const error = await assertRejects(
        () => findRoom(s, eve.id, id),
        AppError,
      );
      answers.push([error.code, error.status, error.message]);
    }
    for (const answer of answers) assertEquals(answer, answers[0]);
    assertEquals(answers[0].slice(0, 2), ["not-found", 404]);
    assertEquals(await listRooms(s, eve.id), []);
    assertEquals(await rolesOf(s, eve.id), {});
  }),
);

Deno.test(
  "a name is one line of visible text",
  onStage(async ({ s, person }) => {
    const ada = await person("Ada");
    const room = await createRoom(s, ada, "  Tea\r\n and \u202e cake\u0000 ");
    assertEquals(room.name, "Tea and cake");
    const longest = "x".repeat(NAME_LENGTH);
    assertEquals((await createRoom(s, ada, longest)).name, longest);
    for (const name of ["", " \n\t ", "\u3164\u200b", `${longest}x`]) {
      const error = await assertRejects(
        () => createRoom(s, ada, name),
        AppError,
      );
      assertEquals([error.code, error.status], ["invalid", 422]);
      assertEquals(error.fields, { name: error.message });
    }
  }),
);

Deno.test(
  "one person has at most 5,000 rooms",
  onStage(async ({ s, person }) => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    for (let n = 1; n < LIMITS.roomsEach; n++) {
      await s.kv.set(keys.accountRoom(ada.id, `room-${n}`), {});
    }
    await createRoom(s, ada, "The last one");
    assertEquals(
      await codeOf(() => createRoom(s, ada, "One more")),
      "too-many-rooms",
    );
    await createRoom(s, bob, "Of another person");
  }),
);

Deno.test(
  "an admin renames a room, and nobody else does",
  onStage(async ({ s, person, bring, renamed }) => {
    const [ada, bob, eve] = await Promise.all(
      ["Ada", "Bob", "Eve"].map(person),
    );
    const room = await createRoom(s, ada, "Tea");
    await bring(ada, room.id, bob);
    const rename = (who: typeof ada, name: string) =>
      changeRoom(s, who, room.id, { name: name });
    assertEquals(await rename(ada, "Coffee"), { ...room, name: "Coffee" });
    assertEquals(renamed, [[room.id, "Coffee"]]);
    assertEquals(await codeOf(() => rename(bob, "Mine")), "not-admin");
    assertEquals(await codeOf(() => rename(eve, "Mine")), "not-found");
    assertEquals(await codeOf(() => rename(ada, " ")), "invalid");
    assertEquals((await listRooms(s, bob.id))[0].name, "Coffee");
  }),
);
