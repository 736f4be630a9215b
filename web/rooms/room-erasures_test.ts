import { assertEquals } from "@std/assert";
import { keys as accountKeys } from "../accounts/store.ts";
import { endRoom, leaveAllRooms } from "./members.ts";
import { finishRoomErasures, noteRoomErasure } from "./room-erasures.ts";
import { createRoom } from "./rooms.ts";
import { keys } from "./store.ts";
import { elsewhere, eraser, onStage } from "./testing.ts";

const CLIPS = [
  [
    { id: "a", owner: "ada", message: "1-1" },
    { id: "b", owner: "ben", message: "1-2" },
  ],
  [],
  [{ id: "c", owner: "ada", message: "1-3" }],
];

Deno.test(
  "the recordings of an ended room are deleted before the room, and after a break the rest",
  onStage(async ({ s, ended }) => {
    const asked: (number | undefined)[] = [];
    s.realtime.clips = (_room, after) => {
      asked.push(after);
      const part = after ?? 0;
      const next = part + 1 < CLIPS.length ? { after: part + 1 } : {};
      return Promise.resolve({ clips: CLIPS[part], files: [], ...next });
    };
    const told: unknown[] = [];
    const answers = [204, 503, 204];
    const transcriber = eraser((path, body) => {
      told.push([path, body]);
      return new Response(null, { status: answers[told.length - 1] });
    });
    const commit = s.kv.atomic();
    noteRoomErasure(commit, "tea");
    await commit.commit();
    const all = elsewhere(s, transcriber.url);
    assertEquals(await finishRoomErasures(all), 1);
    assertEquals(ended, []);
    assertEquals(await finishRoomErasures(all), 0);
    assertEquals(ended, ["tea"]);
    assertEquals(asked, [undefined, 1, 2, 2]);
    assertEquals(told, [
      ["/erasures/clips", { clips: CLIPS[0] }],
      ["/erasures/clips", { clips: CLIPS[2] }],
      ["/erasures/clips", { clips: CLIPS[2] }],
    ]);
    assertEquals(await finishRoomErasures(all), 0);
    await transcriber.shutdown();
  }),
);

Deno.test(
  "a room that is erased after a member's account leaves nothing of that member",
  onStage(async ({ s, person, bring }) => {
    const [ada, ben] = [await person("Ada"), await person("Ben")];
    const room = await createRoom(s, ada, "Tea");
    await bring(ada, room.id, ben);
    await endRoom(s, ada, room.id);
    // What deleting an account does of this.
    await s.kv.delete(accountKeys.account(ben.id));
    await leaveAllRooms(s, ben);
    assertEquals(await finishRoomErasures(elsewhere(s)), 0);
    const left = await s.kv.getMany([
      keys.member(room.id, ben.id),
      keys.accountRoom(ben.id, room.id),
      keys.membershipsMark(ben.id),
    ]);
    assertEquals(left.map(({ value }) => value), [null, null, null]);
  }),
);
