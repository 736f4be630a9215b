/**
 * `deno task doctor`: checks a configuration before it is deployed, and ends with code 1 if
 * anything is wrong with it, or with 2 if it does not understand an option.
 * `--env-file=FILE` reads the variables of a file on top of the environment; `--live` expects the
 * three services to run at their addresses.
 */
import { parseArgs, parseEnv } from "node:util";
import { missingPackages, pocketsphinx } from "../setup.ts";
import { diagnose } from "./checks.ts";
import { type Env, type Finding, reasonOf } from "./finding.ts";

const MARK: Record<Finding["level"], string> = {
  ok: "  ok    ",
  note: "  note  ",
  wrong: "✗ WRONG ",
};

function fail(sentence: string): never {
  console.error(sentence);
  Deno.exit(2);
}

/** If an option were ignored, the doctor would check another configuration than the one meant. */
function readArgs() {
  try {
    return parseArgs({
      args: Deno.args,
      options: { "env-file": { type: "string" }, live: { type: "boolean" } },
    }).values;
  } catch (error) {
    fail(
      `${reasonOf(error)}. Usage: deno task doctor [--env-file=FILE] [--live]`,
    );
  }
}

function readFile(file: string): string {
  try {
    return Deno.readTextFileSync(file);
  } catch (error) {
    fail(`The file ${file} cannot be read (${reasonOf(error)}).`);
  }
}

const { live = false, "env-file": file } = readArgs();
const lines = file === undefined ? "" : readFile(file);
const given: Env = parseEnv(lines);
// Google's and Deno's own libraries read the process's environment.
for (const [name, value = ""] of Object.entries(given)) {
  Deno.env.set(name, value);
}
const found = await diagnose(Deno.env.toObject(), {
  live,
  given: Object.keys(given),
  lines,
  missingRecognizer: async () =>
    (await missingPackages(pocketsphinx)).map(({ name }) => name),
});
for (const { level, about, sentence } of found) {
  const subject = sentence.startsWith(about) ? "" : `${about}: `;
  console.log(`${MARK[level]}${subject}${sentence}`);
}
const wrongs = found.filter(({ level }) => level === "wrong").length;
console.log(
  wrongs === 0
    ? "\nNothing is wrong."
    : wrongs === 1
    ? "\n1 thing is wrong."
    : `\n${wrongs} things are wrong.`,
);
Deno.exit(wrongs === 0 ? 0 : 1);
