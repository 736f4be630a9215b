/**
 * `deno task faults:notifications`: every mention leads to one push on each device, or one e-mail,
 * whatever is killed. Ends with one line of counts, and with an error if a promise was broken.
 */
import { parseArgs } from "node:util";
import { FAULTS, run } from "./run.ts";

const USAGE = `Usage: deno task faults:notifications [options]
  --seconds N   how long faults are injected (60)
  --seed N      repeats the choices of an earlier run (random)`;

function readOptions(): { seconds: number; seed: number } {
  try {
    const { values } = parseArgs({
      args: Deno.args.filter((arg) => arg !== "--"),
      options: {
        seconds: { type: "string", default: "60" },
        seed: {
          type: "string",
          default: String(Math.floor(Math.random() * 1_000_000)),
        },
      },
    });
    const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
    if (seconds >= 1 && seconds <= 86_400 && Number.isInteger(seed)) {
      return { seconds, seed };
    }
  } catch {
    // The usage says what there is.
  }
  console.error(USAGE);
  Deno.exit(2);
}

const { seconds, seed } = readOptions();
console.log(`seed ${seed}, ${seconds} s`);
const { verdict, injected, gone, mentions, kills, output } = await run(
  seconds,
  seed,
);
for (const [fault, count] of injected) {
  console.log(`${String(count).padStart(6)}  ${FAULTS[fault]}`);
}
console.log(
  `${String(gone).padStart(6)}  subscriptions that had ended (404, 410)`,
);
const { wanted, missed, twice, again } = verdict;
for (const what of missed) console.log(`missed: ${what}`);
for (const what of twice) console.log(`twice: ${what}`);
const isSound = missed.length + twice.length === 0;
if (!isSound) console.log(`web was killed at ${kills.join(", ")}`);
if (!isSound) console.log(output.slice(-200).join("\n"));
const faults = [...injected.values()].reduce((sum, it) => sum + it, 0);
console.log(
  `\nnotifications: ${faults} faults, ${mentions} mentions, ${wanted} pushes and e-mails due, ` +
    `${again} repeated under the same tag after a kill or a lost answer: ${missed.length} missed, ${twice.length} twice`,
);
Deno.exit(isSound && faults > 0 ? 0 : 1);
