#!/usr/bin/env -S deno run -A --watch=styles/,static/,routes/
import { Builder } from "fresh/dev";
import { writeElsewhereScript } from "./client/browser/elsewhere-script.ts";
import { writeEmojiTable } from "./emoji/table.ts";
import { writeStylesheets } from "./styles/stylesheet.ts";

/** Has Deno compile the server's modules, and keep them where a start finds them. */
async function compileServer(): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", "--node-modules-dir=manual", "_fresh/server.js"],
    cwd: import.meta.dirname,
  }).spawn().status;
  if (!success) Deno.exit(1);
}

const builder = new Builder({ root: import.meta.dirname, target: "es2022" });

await writeStylesheets();
await writeEmojiTable();
await writeElsewhereScript();
if (Deno.args.includes("build")) {
  await builder.build();
  // Otherwise the first start would, wherever that is.
  await compileServer();
} else {
  const port = Number(Deno.env.get("PORT") || 8000);
  await builder.listen(() => import("./main.ts"), { port });
}
