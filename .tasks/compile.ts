/**
 * `deno task compile`: web as one binary, `web/_fresh/chatsphere-web`. It holds the pages, their
 * files and the packages web uses, in the versions of deno.lock, but not the local face engine's
 * networks: it wants faces on AWS. Deno puts it on `denort`, a part of it that it fetches from
 * dl.deno.land, or takes from where DENORT_BIN says.
 */
import { join } from "./paths.ts";
import { root } from "./services.ts";

const folder = join(root, "web/_fresh");
const entry = join(folder, "compiled.js");

async function deno(...args: string[]) {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: root,
  }).spawn().status;
  if (!success) Deno.exit(1);
}

await deno("task", "--quiet", "build");
// A binary has no `deno serve` around it.
await Deno.writeTextFile(
  entry,
  `import app from "./server.js";
Deno.serve({
  port: Number(Deno.env.get("PORT") || 8000),
  automaticCompression: true,
}, app.fetch);
`,
);
await deno(
  "compile",
  "--no-check",
  "--quiet",
  // With every package of the workspace, from their folder or from the lock file, Deno 2.9.6
  // follows the links between them until its stack ends.
  "--node-modules-dir=none",
  "--exclude-unused-npm",
  "--no-prompt",
  "--allow-net",
  "--allow-env",
  "--allow-sys",
  "--allow-read",
  "--allow-write",
  // A thread is started by its address, which nothing imports.
  "--include=web/files/pictures/worker.ts",
  "--include=web/accounts/hash-worker.ts",
  "--include=web/static",
  "--include=web/_fresh/static",
  `--output=${join(folder, "chatsphere-web")}`,
  entry,
);
