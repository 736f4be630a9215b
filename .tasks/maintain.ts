/**
 * `deno task backup FILE` and `deno task restore FILE`: every message, from or into the store that
 * `task start` would use with these variables. A backup may be made while the services run. Files
 * are named from where the command was given.
 */
import { ConfigError } from "../realtime/common/config-error.ts";
import { join, resolve } from "./paths.ts";
import { addresses, root } from "./services.ts";

const [command, file] = Deno.args;
if (!file) {
  console.error(`Name the file: deno task ${command} rooms.ndjson`);
  Deno.exit(2);
}

function dataDir(): string {
  try {
    return addresses(Deno.env.toObject()).DATA_DIR;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    Deno.exit(1);
  }
}

const { code } = await new Deno.Command(join(root, "node_modules/.bin/bun"), {
  args: [
    "--no-env-file",
    "realtime/maintain.ts",
    command,
    resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), file),
  ],
  cwd: root,
  env: { DATA_DIR: dataDir() },
}).spawn().status;
Deno.exit(code);
