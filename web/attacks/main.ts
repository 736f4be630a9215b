/**
 * `deno task test:attacks`: starts the three services on free ports and a temporary folder, and
 * tries each attack. `--short` leaves the slow ones out, `--only TEXT` tries those that say TEXT,
 * `--undone` takes each one's defence out first: then all of them have to succeed.
 */
import { parseArgs } from "node:util";
import { ATTACKS } from "./attacks.ts";
import { closingLine, tryAll } from "./run.ts";
import { startWorld } from "./world.ts";
import { succeedsUndone } from "./undone.ts";

const { values } = parseArgs({
  args: Deno.args.filter((arg) => arg !== "--"),
  options: {
    short: { type: "boolean" },
    only: { type: "string" },
    undone: { type: "boolean" },
  },
});
const chosen = ATTACKS.filter(({ name, slow }) =>
  !(values.short && slow) && name.includes(values.only ?? "")
);

await using standing = await startWorld();
const { world } = standing;
let failed: boolean;
if (values.undone) {
  const proofless: string[] = [];
  for (const attack of chosen) {
    if (await succeedsUndone(attack, world)) continue;
    proofless.push(attack.name);
    console.log(`held all the same: ${attack.name}`);
  }
  failed = proofless.length > 0;
  console.log(
    `attacks: ${chosen.length} undone, ${proofless.length} held all the same`,
  );
} else {
  const tried = await tryAll(chosen, world, console.log);
  failed = tried.length === 0 || tried.some(({ outcome }) => !outcome.held);
  console.log(closingLine(tried));
}
Deno.exitCode = failed ? 1 : 0;
