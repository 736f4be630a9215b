import { assertEquals } from "@std/assert";
import { leaveRoom, removeMember } from "./members.ts";
import { membershipsOf } from "./memberships.ts";
import { createRoom, listRooms } from "./rooms.ts";
import { setRole } from "./settings.ts";
import { onStage } from "./testing.ts";

Deno.test(
  "the rooms of a person are those they are in now, whoever changed that",
  onStage(async ({ s, person, bring }) => {
    const [ada, ben] = [await person("Ada"), await person("Ben")];
    const rooms = async () =>
      [...await membershipsOf(s, ben.id)].map(([id, { role }]) => [id, role]);
    assertEquals(await rooms(), []);
    const tea = await createRoom(s, ada, "Tea");
    await bring(ada, tea.id, ben);
    assertEquals(await rooms(), [[tea.id, "member"]]);
    await setRole(s, ada, tea.id, ben.id, "admin");
    assertEquals(await rooms(), [[tea.id, "admin"]]);
    await leaveRoom(s, ben, tea.id);
    assertEquals(await rooms(), []);
    await bring(ada, tea.id, ben);
    await removeMember(s, ada, tea.id, ben.id);
    assertEquals(await rooms(), []);
  }),
);

Deno.test(
  "of the rooms that are asked for, a person sees their own",
  onStage(async ({ s, person }) => {
    const [ada, ben] = [await person("Ada"), await person("Ben")];
    const [tea, milk] = [
      await createRoom(s, ada, "Tea"),
      await createRoom(s, ada, "Milk"),
    ];
    const other = await createRoom(s, ben, "Other");
    const names = async (ids?: string[]) =>
      (await listRooms(s, ada.id, ids)).map(({ name }) => name);
    assertEquals(await names(), ["Milk", "Tea"]);
    assertEquals(await names([tea.id, other.id, milk.id]), ["Milk", "Tea"]);
    assertEquals(await names([other.id]), []);
  }),
);
