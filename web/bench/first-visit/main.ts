/**
 * First visits of this checkout, and of another beside it.
 * --rounds 5   --before DIR: another checkout, with its packages installed; `none`: none
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { firstVisits } from "./measure.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    rounds: { type: "string", default: "5" },
    before: { type: "string", default: "none" },
  },
});
const here = fileURLToPath(new URL("../../..", import.meta.url));
const { before } = values;
const { table } = await firstVisits(
  before === "none" ? { now: here } : { before, now: here },
  Number(values.rounds),
);
console.log(table);
