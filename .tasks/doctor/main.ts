/**
 * `deno task doctor`: checks a configuration before it is deployed, and ends with code 1 if
 * anything is wrong with it. `--env-file=FILE` reads the variables of a file on top of the
 * environment; `--live` expects the three services to run at their addresses.
 */
import { parseEnv } from "node:util";
import { missingPackages, pocketsphinx } from "../setup.ts";
import { diagnose } from "./checks.ts";
import type { Env, Finding } from "./finding.ts";

const MARK: Record<Finding["level"], string> = {
  ok: "  ok    ",
  note: "  note  ",
  wrong: "✗ WRONG ",
};

function readEnvironment(): Env {
  const file = Deno.args.find((arg) => arg.startsWith("--env-file="))
    ?.slice("--env-file=".length);
  if (file) {
    // Google's and Deno's own libraries read the process's environment.
    for (
      const [name, value] of Object.entries(
        parseEnv(Deno.readTextFileSync(file)),
      )
    ) Deno.env.set(name, value ?? "");
  }
  return Deno.env.toObject();
}

const found = await diagnose(readEnvironment(), {
  live: Deno.args.includes("--live"),
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
    : `\n${wrongs} ${wrongs === 1 ? "thing is" : "things are"} wrong.`,
);
Deno.exit(wrongs === 0 ? 0 : 1);
