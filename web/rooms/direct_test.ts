import { assert, assertEquals, assertRejects } from "@std/assert";
import { deleteAccount } from "../accounts/delete-account.ts";
import { changeAccount } from "../accounts/store.ts";
import { renameAccount } from "../accounts/profile.ts";
import { AppError } from "../errors.ts";
import { writeTo } from "./direct.ts";
import { invite } from "./invite.ts";
import { leaveRoom, listMembers, removeMember } from "./members.ts";
import { findRoom, listRooms } from "./rooms.ts";
import { changeRoom } from "./settings.ts";
import { listAll } from "./store.ts";
import { onStage, type Stage } from "./testing.ts";

const codeOf = async (work: () => Promise<unknown>) =>
  (await assertRejects(work, AppError)).code;

const threeOf = ({ person }: Stage) =>
  Promise.all([person("Ada"), person("Ben"), person("Cleo")]);

Deno.test(
  "there is one direct room for each set of people, whoever writes first",
  onStage(async (stage) => {
    const { s } = stage;
    const [ada, ben, cleo] = await threeOf(stage);
    const room = await writeTo(s, ada, [ben.id]);
    assertEquals((await writeTo(s, ben, [ada.id])).id, room.id);
    assertEquals((await writeTo(s, ada, [ben.id, ben.id, ada.id])).id, room.id);
    const three = await writeTo(s, ada, [ben.id, cleo.id]);
    assert(three.id !== room.id);
    assertEquals((await writeTo(s, cleo, [ada.id, ben.id])).id, three.id);
    assertEquals((await listRooms(s, cleo.id)).map(({ id }) => id), [three.id]);
  }),
);

Deno.test(
  "when both press at once, and each twice, there is one",
  onStage(async (stage) => {
    const { s } = stage;
    const [ada, ben] = await threeOf(stage);
    const rooms = await Promise.all([
      ...[1, 2, 3].map(() => writeTo(s, ada, [ben.id])),
      ...[1, 2, 3].map(() => writeTo(s, ben, [ada.id])),
    ]);
    assertEquals(new Set(rooms.map(({ id }) => id)).size, 1);
    assertEquals((await listRooms(s, ben.id)).length, 1);
    assertEquals((await listAll(s.kv, ["rooms"])).length, 1);
  }),
);

Deno.test(
  "it is called after the others, by their present names, and cannot be renamed",
  onStage(async (stage) => {
    const { s } = stage;
    const [ada, ben, cleo] = await threeOf(stage);
    const { id } = await writeTo(s, ada, [ben.id]);
    const titleFor = async (who: { id: string }) =>
      (await findRoom(s, who.id, id)).room.name;
    assertEquals([await titleFor(ada), await titleFor(ben)], ["Ben", "Ada"]);
    await renameAccount(s, ben.id, "Benedikt");
    assertEquals(await titleFor(ada), "Benedikt");
    const three = await writeTo(s, ada, [ben.id, cleo.id]);
    const plain = three.name.replace(/[\u2068\u2069]/g, "");
    assert(["Benedikt and Cleo", "Cleo and Benedikt"].includes(plain), plain);
    const rename = () => changeRoom(s, ada, id, { name: "Mine" });
    assertEquals(await codeOf(rename), "direct-room");
  }),
);

Deno.test(
  "nobody is invited, removed, or leaves",
  onStage(async (stage) => {
    const { s, mails } = stage;
    const [ada, ben, cleo] = await threeOf(stage);
    const { id } = await writeTo(s, ada, [ben.id]);
    for (
      const work of [
        () => invite(s, ada, id, cleo.email),
        () => removeMember(s, ada, id, ben.id),
        () => leaveRoom(s, ada, id),
      ]
    ) assertEquals(await codeOf(work), "direct-room");
    assertEquals(mails, []);
    assertEquals((await listMembers(s, ada.id, id)).length, 2);
    assertEquals(await codeOf(() => findRoom(s, cleo.id, id)), "not-found");
  }),
);

Deno.test(
  "who may not be found cannot be written to, nor can nobody, or nine",
  onStage(async (stage) => {
    const { s } = stage;
    const [ada, ben] = await threeOf(stage);
    const nobody = crypto.randomUUID();
    assertEquals(await codeOf(() => writeTo(s, ada, [])), "bad-people");
    assertEquals(await codeOf(() => writeTo(s, ada, [ada.id])), "bad-people");
    assertEquals(
      await codeOf(() => writeTo(s, ada, [nobody])),
      "no-such-person",
    );
    assertEquals(
      await codeOf(() => writeTo(s, ada, ["a b"])),
      "no-such-person",
    );
    const many = Array.from({ length: 8 }, () => crypto.randomUUID());
    assertEquals(await codeOf(() => writeTo(s, ada, many)), "bad-people");
    const until = Date.now() + 10_000;
    await changeAccount(s.kv, ben.id, (record) => ({
      ...record,
      unconfirmedUntil: until,
    }));
    const write = () => writeTo(s, ada, [ben.id]);
    assertEquals(await codeOf(write), "no-such-person");
    const unconfirmed = { ...ben, unconfirmedUntil: until };
    const back = () => writeTo(s, unconfirmed, [ada.id]);
    assertEquals(await codeOf(back), "address-unconfirmed");
    assertEquals(await listRooms(s, ben.id), []);
  }),
);

Deno.test(
  "what was said with somebody whose account is gone stays, and ends with the last of them",
  onStage(async (stage) => {
    const [ada, ben] = await threeOf(stage);
    const s = {
      ...stage.s,
      blobs: {
        put: () => Promise.resolve(),
        get: () => Promise.resolve(null),
        delete: () => Promise.resolve(),
      },
    };
    const { id } = await writeTo(s, ada, [ben.id]);
    const told: unknown[] = [];
    s.realtime.roomRenamed = (...said) => {
      told.push(said);
      return Promise.resolve();
    };
    await deleteAccount(s, ben.id);
    assertEquals(told.at(-1), [id, "Deleted person", ada.id]);
    const { room, role } = await findRoom(s, ada.id, id);
    assertEquals([room.name, role], ["Deleted person", "member"]);
    await deleteAccount(s, ada.id);
    assertEquals(await listAll(s.kv, ["rooms"]), []);
    assertEquals(await listAll(s.kv, ["direct_rooms"]), []);
    assertEquals((await listAll(s.kv, ["room_erasures"])).length, 1);
  }),
);
