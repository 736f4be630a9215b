import { assertEquals } from "@std/assert";
import { ATTACKS } from "./attacks.ts";
import { tryAll } from "./run.ts";
import { succeedsUndone } from "./undone.ts";
import { startWorld } from "./world.ts";

const short = ATTACKS.filter(({ slow }) => !slow);

Deno.test("each attack has a name of its own", () => {
  const names = ATTACKS.map(({ name }) => name);
  assertEquals(names.filter((name, i) => names.indexOf(name) !== i), []);
});

Deno.test("no attack succeeds, and each would if its defence were not there", async (t) => {
  await using standing = await startWorld();
  const { world } = standing;
  await t.step("no attack succeeds", async () => {
    const lines: string[] = [];
    const tried = await tryAll(short, world, (line) => lines.push(line));
    const succeeded = tried.filter(({ outcome }) => !outcome.held);
    assertEquals(succeeded.map(({ attack }) => attack.name), [], lines.join());
  });
  await t.step("each succeeds once its defence is taken out", async () => {
    const proofless: string[] = [];
    for (const attack of short) {
      if (!await succeedsUndone(attack, world)) proofless.push(attack.name);
    }
    assertEquals(proofless, []);
  });
});
