import { assertEquals } from "@std/assert";
import { DELETED_PERSON } from "../drawn/deleted-person.ts";
import { mention } from "./mention.ts";
import type { OpenRoom } from "./room.ts";

const NAMES = {
  ada: "Ada Lovelace",
  delia: "Delia Derbyshire",
  gone: DELETED_PERSON,
  left: DELETED_PERSON,
};

Deno.test("whose account is gone is offered to nobody, and called by no text", async () => {
  const room = {
    state: () => ({ names: NAMES, me: "ada" }),
  } as unknown as OpenRoom;
  const { find } = mention(room);
  const offered = find("Del", () => {});
  assertEquals(offered.map(({ text }) => text), ["Delia Derbyshire"]);
  assertEquals(
    await room.mentionsIn?.(`Thanks, @${DELETED_PERSON}`),
    undefined,
  );
  assertEquals(await room.mentionsIn?.("Thanks, @Delia Derbyshire"), [
    { id: "delia", name: "Delia Derbyshire" },
  ]);
  // What a text meant before it is edited, it means still.
  const before = [{ id: "gone", name: DELETED_PERSON }];
  assertEquals(
    await room.mentionsIn?.(`Thanks, @${DELETED_PERSON}!`, before),
    before,
  );
});
