import { assertEquals } from "@std/assert";
import { deleteAccount } from "../accounts/delete-account.ts";
import {
  type AccountRecord,
  changeAccount,
  keys as accountKeys,
} from "../accounts/store.ts";
import { testApp } from "../http/testing/app.ts";
import { looksIn, toldApart } from "./names.ts";
import { leaveRoom } from "./members.ts";
import { createRoom } from "./rooms.ts";
import { bytesOf, roomHues, roomNames, rosterOf } from "./roster.ts";
import { keys, type Membership, type StoredRoom } from "./store.ts";
import { onStage } from "./testing.ts";

/** Everything a kv is asked for, by the first part of the key. */
function counting(kv: Deno.Kv): { kv: Deno.Kv; asked: string[] } {
  const asked: string[] = [];
  const note = (key: Deno.KvKey) => asked.push(String(key[0]));
  const counted = new Proxy(kv, {
    get(_, name) {
      const value = Reflect.get(kv, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        const [what] = args as [Deno.KvKey[] | { prefix: Deno.KvKey }];
        if (name === "getMany") (what as Deno.KvKey[]).forEach(note);
        if (name === "list") note((what as { prefix: Deno.KvKey }).prefix);
        return value.apply(kv, args);
      };
    },
  });
  return { kv: counted, asked };
}

Deno.test(
  "who is in a room is read again only when somebody comes, goes or is called otherwise",
  onStage(async ({ s, person, bring }) => {
    const ada = await person("Ada");
    const room = await createRoom(s, ada, "Tea");
    const { kv, asked } = counting(s.kv);
    const names = async () =>
      [...(await roomNames({ kv }, room.id)).values()].join();
    assertEquals(await names(), "Ada");
    assertEquals(asked.includes("room_members"), true);
    asked.length = 0;
    assertEquals([await names(), await names()], ["Ada", "Ada"]);
    assertEquals([...new Set(asked)].sort(), ["renamings", "rooms"]);

    const ben = await person("Ben");
    await bring(ada, room.id, ben);
    assertEquals(await names(), "Ada,Ben");
    // As another instance would do it.
    const ada2 = (before: AccountRecord) => ({ ...before, name: "Ada" });
    await changeAccount(s.kv, ben.id, ada2);
    assertEquals(await names(), "Ada,Ada (2)");
    await leaveRoom(s, ben, room.id);
    assertEquals(await names(), "Ada");
    assertEquals(Object.keys(await roomHues({ kv }, room.id)), [ada.id]);
  }),
);

Deno.test("whoever deleted their account is in no list any more", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const ada = await app.person("Ada");
  const ben = await app.person("Ben");
  const room = await createRoom(s, ada.account, "Tea");
  const membership: Membership = { role: "member", joinedAt: Date.now() + 1 };
  const { value } = await s.kv.get<StoredRoom>(keys.room(room.id));
  await s.kv.atomic()
    .set(keys.room(room.id), { ...value, memberCount: 2 })
    .set(keys.member(room.id, ben.account.id), membership)
    .set(keys.accountRoom(ben.account.id, room.id), membership).commit();
  const ids = async () =>
    (await rosterOf(s, room.id)).members.map(({ id }) => id);
  assertEquals(await ids(), [ada.account.id, ben.account.id]);
  await deleteAccount(s, ben.account.id);
  assertEquals(await ids(), [ada.account.id]);
});

Deno.test("those who left are told apart from members, who keep the names they are shown by", () => {
  const members = new Map([["1", "Ada"], ["2", "Ada"]]);
  const shown = toldApart(members);
  assertEquals([...shown.values()], ["Ada", "Ada (2)"]);
  const gone = new Map([["8", "ada"], ["9", "Ada (2)"], ["7", "Grace"]]);
  assertEquals([...toldApart(gone, looksIn(members, shown)).values()], [
    "ada (3)",
    "Ada (2) (2)",
    "Grace",
  ]);
});

Deno.test("the page of a room does not grow with members who are not on it", async () => {
  await using app = await testApp();
  const { services: s } = app;
  const ada = await app.person("Ada");
  const room = await createRoom(s, ada.account, "Tea");
  const path = `/rooms/${room.id}`;
  const size = async () => {
    const answer = await app.ask(path, { cookie: ada.cookie });
    return (await answer.text()).length;
  };
  const fill = async (from: number, to: number) => {
    const record = await s.kv.get<StoredRoom>(keys.room(room.id));
    for (let i = from; i < to; i++) {
      const id = `person-${String(i).padStart(30, "0")}`;
      const joinedAt = Date.now() + i;
      await s.kv.atomic()
        .set(accountKeys.account(id), { ...ada.account, id, name: `P ${i}` })
        .set(keys.member(room.id, id), { role: "member", joinedAt }).commit();
    }
    await s.kv.set(record.key, { ...record.value, memberCount: to });
  };
  await fill(0, 300);
  const before = await size();
  await fill(300, 1_200);
  // The number of members is written on it.
  assertEquals(Math.abs(await size() - before) < 200, true);
});

Deno.test("what is remembered of a small room counts for more than its members, and of none for nothing", () => {
  const member = { id: "a", role: "member", joinedAt: 1, hue: 1 } as const;
  const bytes = (count: number) =>
    bytesOf({ members: new Array(count).fill(member) });
  // A hundred thousand conversations of two would take a fifth of a gigabyte.
  assertEquals(Math.floor(40_000_000 / bytes(2)), 16_666);
  assertEquals(Math.floor(40_000_000 / bytes(1_000)), 99);
  assertEquals(bytes(0), 0);
});
