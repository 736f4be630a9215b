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

Deno.test("no attack succeeds", async () => {
  await using standing = await startWorld();
  const lines: string[] = [];
  const tried = await tryAll(short, standing.world, (line) => lines.push(line));
  const succeeded = tried.filter(({ outcome }) => !outcome.held);
  assertEquals(succeeded.map(({ attack }) => attack.name), [], lines.join());
});

// In a world of its own: the attacks of the one before have used up rooms and rates there.
Deno.test("each attack succeeds once its defence is taken out", async () => {
  await using standing = await startWorld();
  const proofless: string[] = [];
  for (const attack of short) {
    const succeeds = await succeedsUndone(attack, standing.world);
    if (!succeeds) proofless.push(attack.name);
  }
  assertEquals(proofless, []);
});
