#!/usr/bin/env -S deno run -A --watch=styles/,static/,routes/
import { Builder } from "fresh/dev";
import { writeElsewhereScript } from "./client/browser/elsewhere-script.ts";
import { writeEmojiTable } from "./emoji/table.ts";
import { writeStylesheets } from "./styles/stylesheet.ts";

const builder = new Builder({ root: import.meta.dirname, target: "es2022" });

await writeStylesheets();
await writeEmojiTable();
await writeElsewhereScript();
if (Deno.args.includes("build")) {
  await builder.build();
} else {
  const port = Number(Deno.env.get("PORT") || 8000);
  await builder.listen(() => import("./main.ts"), { port });
}
