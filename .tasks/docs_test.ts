import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { root } from "./services.ts";

/** What is written for people; paths in it begin at the top, links at the document. */
const DOCUMENTS = [
  "README.md",
  ".github/CONTRIBUTING.md",
  ".github/SECURITY.md",
  "web/README.md",
  "web/DEPLOYMENT.md",
  "web/attacks/README.md",
  "web/bench/README.md",
  "web/faces/README.md",
  "realtime/README.md",
  "realtime/bench/README.md",
  "transcriber/README.md",
];

/** What building and testing make. */
const MADE = ["web/_fresh", "web/e2e/shots"];

const exists = (path: string) =>
  Deno.stat(join(root, path)).then(() => true, () => false);

/** What a document names in backticks that looks like a file or folder of ours. */
function* pathsIn(text: string): Generator<string> {
  for (const [, path] of text.matchAll(/`((?:[\w.[\]-]+\/)+[\w.[\]-]*)`/g)) {
    const isOurs = /^(web|realtime|transcriber|\.tasks|\.github)\//.test(path);
    if (isOurs && !MADE.some((made) => path.startsWith(made))) yield path;
  }
}

Deno.test("every file and folder the documents name is there", async () => {
  const missing: string[] = [];
  for (const document of DOCUMENTS) {
    const text = await Deno.readTextFile(join(root, document));
    for (const path of pathsIn(text)) {
      if (!await exists(path)) missing.push(`${document}: ${path}`);
    }
    for (const [, target] of text.matchAll(/\]\(([^)#:]+)\)/g)) {
      const path = join(document, "..", target);
      if (!await exists(path)) missing.push(`${document}: ${target}`);
    }
  }
  assertEquals(missing, []);
});
