/**
 * Sends a file and prints the answer: `bun send.ts URL FILE COOKIE`. Deno's own `fetch` sends streams
 * so slowly that it would be what is measured.
 */
import process from "node:process";

const [url, path, cookie = ""] = process.argv.slice(2);
// @ts-ignore -- Bun's, which types of Deno do not know
const body = globalThis.Bun.file(path);
const answer = await fetch(url, {
  method: "POST",
  headers: { cookie, "content-type": "application/octet-stream" },
  body,
});
console.log(await answer.text());
if (!answer.ok) process.exit(1);
