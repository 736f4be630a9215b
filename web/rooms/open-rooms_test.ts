import { assertEquals, assertRejects } from "@std/assert";
import { changeAccount } from "../accounts/store.ts";
import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";
import { leaveRoom, listMembers, removeMember } from "./members.ts";
import { findOpenRooms, joinOpenRoom } from "./open-rooms.ts";
import { createRoom } from "./rooms.ts";
import { changeRoom } from "./settings.ts";
import { onStage } from "./testing.ts";

const codeOf = async (work: () => Promise<unknown>) =>
  (await assertRejects(work, AppError)).code;

const OPEN = { kind: "open", description: "For everybody" } as const;

Deno.test(
  "anyone finds an open room by its name, and joins it once; nobody a closed one",
  onStage(async ({ s, person, handedOver }) => {
    const [ada, ben] = await Promise.all([person("Ada"), person("Ben")]);
    const room = await createRoom(s, ada, { name: "Tea Room", ...OPEN });
    const closed = await createRoom(s, ada, "Tea for two");
    const { rooms } = await findOpenRooms(s, ben, { q: "TEA" });
    assertEquals(rooms, [{
      ...{ id: room.id, name: "Tea Room", description: "For everybody" },
      ...{ memberCount: 1, isIn: false },
    }]);
    await Promise.all([1, 2, 3].map(() => joinOpenRoom(s, ben, room.id)));
    assertEquals((await listMembers(s, ada.id, room.id)).length, 2);
    assertEquals(handedOver.at(-1)?.[1].members, {
      [ada.id]: "admin",
      [ben.id]: "member",
    });
    const again = await findOpenRooms(s, ben, {});
    assertEquals(again.rooms[0].isIn, true);
    const join = () => joinOpenRoom(s, ben, closed.id);
    assertEquals(await codeOf(join), "not-found");
    assertEquals(await codeOf(() => joinOpenRoom(s, ben, "x y")), "not-found");
  }),
);

Deno.test(
  "an open room is found under its new name, and not once it has ended",
  onStage(async ({ s, person }) => {
    const ada = await person("Ada");
    const room = await createRoom(s, ada, { name: "Tea", ...OPEN });
    await changeRoom(s, ada, room.id, { name: "Coffee" });
    const names = async () =>
      (await findOpenRooms(s, ada, {})).rooms.map(({ name }) => name);
    assertEquals(await names(), ["Coffee"]);
    await leaveRoom(s, ada, room.id);
    assertEquals(await names(), []);
  }),
);

Deno.test(
  "whoever was removed stays out of an open room until somebody invites them",
  onStage(async (stage) => {
    const { s, person } = stage;
    const [ada, ben] = await Promise.all([person("Ada"), person("Ben")]);
    const room = await createRoom(s, ada, { name: "Tea", ...OPEN });
    await joinOpenRoom(s, ben, room.id);
    await removeMember(s, ada, room.id, ben.id);
    const join = () => joinOpenRoom(s, ben, room.id);
    assertEquals(await codeOf(join), "removed-from-room");
    await stage.bring(ada, room.id, ben);
    await leaveRoom(s, ben, room.id);
    // Whoever left by themselves may come back.
    await joinOpenRoom(s, ben, room.id);
  }),
);

Deno.test(
  "who may make open rooms is the operator's to say, and takes a confirmed address",
  onStage(async ({ s, person }) => {
    const [ada, ben] = await Promise.all([person("Ada"), person("Ben")]);
    await s.kv.set(["server_owner"], ada.id);
    const make = (who: typeof ada, openRooms: string) =>
      createRoom(
        { ...s, config: { openRooms } as Services["config"] },
        who,
        { name: "Tea", ...OPEN },
      );
    await make(ada, "owner");
    await make(ben, "everyone");
    assertEquals(await codeOf(() => make(ben, "owner")), "no-open-rooms");
    assertEquals(await codeOf(() => make(ada, "nobody")), "no-open-rooms");
    const until = Date.now() + 10_000;
    await changeAccount(s.kv, ben.id, (record) => ({
      ...record,
      unconfirmedUntil: until,
    }));
    assertEquals(
      await codeOf(() => make(ben, "everyone")),
      "address-unconfirmed",
    );
    assertEquals(
      await codeOf(() => findOpenRooms(s, ben, {})),
      "address-unconfirmed",
    );
    const { rooms: [{ id }] } = await findOpenRooms(s, ada, {});
    assertEquals(
      await codeOf(() => joinOpenRoom(s, ben, id)),
      "address-unconfirmed",
    );
  }),
);

Deno.test(
  "however far somebody looks, no more than 5,000 rooms are looked at",
  onStage(async ({ s, person }) => {
    const ada = await person("Ada");
    const limits: (number | undefined)[] = [];
    const { list } = s.kv;
    s.kv.list = (selector, options) => {
      limits.push(options?.limit);
      return list.call(s.kv, selector, options) as Deno.KvListIterator<never>;
    };
    for (const page of [1, 2, 9_999]) await findOpenRooms(s, ada, { page });
    s.kv.list = list;
    assertEquals(limits, [51, 101, 5_000]);
  }),
);
