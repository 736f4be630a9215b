import { assert, assertEquals } from "@std/assert";
import { huesFor } from "./hues.ts";
import { roomHues } from "./roster.ts";
import { leaveRoom } from "./members.ts";
import { createRoom } from "./rooms.ts";
import { onStage } from "./testing.ts";

const least = (hues: number[]): number =>
  Math.min(
    ...hues.flatMap((a, i) =>
      hues.slice(i + 1).map((b) =>
        Math.min((a - b + 12) % 12, (b - a + 12) % 12)
      )
    ),
  );

Deno.test("members of a room differ in colour as far as they can", () => {
  for (const [count, apart] of [[2, 4], [3, 4], [6, 2], [12, 1]]) {
    for (let round = 0; round < 20; round++) {
      const members = Array.from({ length: count }, () => ({
        id: crypto.randomUUID(),
      }));
      const hues = Object.values(huesFor(members));
      assert(least(hues) >= apart, `${count}: ${hues}`);
    }
  }
  const many = Array.from({ length: 30 }, (_, i) => ({ id: `${i}` }));
  const times = Object.values(huesFor(many)).reduce(
    (sum, hue) => sum.with(hue, sum[hue] + 1),
    new Array(12).fill(0),
  );
  assertEquals([Math.min(...times), Math.max(...times)], [2, 3]);
});

Deno.test(
  "a member's colour stays while others come and go",
  onStage(async ({ s, person, bring }) => {
    const [ada, ben, cem, dia] = await Promise.all(
      ["Ada", "Ben", "Cem", "Dia"].map((name) => person(name)),
    );
    const room = await createRoom(s, ada, "Tea");
    await bring(ada, room.id, ben);
    await bring(ada, room.id, cem);
    const before = await roomHues(s, room.id);
    await leaveRoom(s, ada, room.id, true);
    await bring(ben, room.id, dia);
    const after = await roomHues(s, room.id);
    assertEquals([after[ben.id], after[cem.id]], [
      before[ben.id],
      before[cem.id],
    ]);
    assert(least(Object.values(after)) >= 4);
  }),
);
