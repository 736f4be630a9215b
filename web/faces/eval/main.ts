/**
 * `deno task eval:faces DIR`: how often the local engine errs, on photos in DIR/person/photo.jpg
 * that its own checks let pass, with one photo enrolled. DIR/groups.csv may say who belongs to
 * which group, a line `person,group` each. The DET curve is drawn to det.svg in this folder, or where
 * `--svg FILE` says; nothing else is written. `--nearest N` first names the N pairs of photos of
 * different people that are nearest to each other, to look for wrong labels.
 */
import { parseArgs } from "node:util";
import { CLEAR, UNCLEAR } from "../local.ts";
import { detOf, detSvg } from "./det.ts";
import { countPairs, nearestStrangers } from "./pairs.ts";
import { readPhotos } from "./photos.ts";
import { reportOf, summaryOf } from "./report.ts";

const { values, positionals: [folder] } = parseArgs({
  args: Deno.args,
  options: {
    nearest: { type: "string", default: "0" },
    svg: { type: "string", default: "det.svg" },
  },
  allowPositionals: true,
});
if (!folder) {
  console.error("Say where the photos are: deno task eval:faces DIR");
  Deno.exit(2);
}
const photos = await readPhotos(folder, (done, all) => {
  if (done % 100 === 0) console.error(`${done} of ${all} photos`);
});
for (const line of nearestStrangers(photos.usable, Number(values.nearest))) {
  console.log(line);
}
const clear = countPairs(photos.usable, CLEAR);
console.log(reportOf("clear, which opens the account", CLEAR, clear));
const unclear = countPairs(photos.usable, UNCLEAR);
console.log(
  reportOf("unclear, which needs an e-mail code too", UNCLEAR, unclear),
);
const curve = detOf(photos.usable, [CLEAR, UNCLEAR]);
await Deno.writeTextFile(values.svg, detSvg(curve));
console.log(`The DET curve is drawn in ${values.svg}.`);
console.log(summaryOf(photos, clear));
