/**
 * `deno task eval:faces DIR`: how often the engine of this environment errs, on photos in
 * DIR/person/photo.jpg that its own checks let pass, with one photo enrolled: Rekognition where AWS's
 * variables are set, else the local one. DIR/groups.csv may say who belongs to which group, a line
 * `person,group` each. The DET curve is drawn to det.svg in this folder, or where `--svg FILE` says;
 * nothing else is written. `--nearest N` first names the N pairs of photos of different people that
 * are nearest to each other, to look for wrong labels. On Rekognition each photo and each comparison
 * is a call that Amazon charges for: `--pairs N` says of how many pairs of each kind, 1,000 unless set.
 */
import { parseArgs } from "node:util";
import { detOf, detSvg } from "./det.ts";
import { measure } from "./engines.ts";
import { countPairs, nearestStrangers } from "./pairs.ts";
import { reportOf, summaryOf } from "./report.ts";

const { values, positionals: [folder] } = parseArgs({
  args: Deno.args,
  options: {
    nearest: { type: "string", default: "0" },
    pairs: { type: "string", default: "1000" },
    svg: { type: "string", default: "det.svg" },
  },
  allowPositionals: true,
});
if (!folder) {
  console.error("Say where the photos are: deno task eval:faces DIR");
  Deno.exit(2);
}
const most = Number(values.pairs);
if (!Number.isInteger(most) || most < 1) {
  console.error("Say how many pairs as a whole number: --pairs 1000");
  Deno.exit(2);
}
const progress = (done: number, all: number) => {
  if (done > 0 && done % 100 === 0) console.error(`${done} of ${all}`);
};
const { engine, photos, pairs, thresholds } = await measure(
  Deno.env.toObject(),
  folder,
  { most, progress },
);
for (const line of nearestStrangers(pairs, Number(values.nearest))) {
  console.log(line);
}
console.log(`measured: ${engine}`);
const counted = thresholds.map(({ does, distance }) => {
  const counts = countPairs(pairs, distance);
  console.log(reportOf(does, distance, counts));
  return counts;
});
const curve = detOf(pairs, thresholds.map(({ distance }) => distance));
await Deno.writeTextFile(values.svg, detSvg(curve));
console.log(`The DET curve is drawn in ${values.svg}.`);
console.log(summaryOf(photos, counted[0]));
