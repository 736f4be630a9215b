import { assertEquals } from "@std/assert";
import { join } from "./paths.ts";
import { root } from "./services.ts";

const readJson = async (file: string) =>
  JSON.parse(await Deno.readTextFile(join(root, file)));

const nameOf = (spec: string) =>
  spec.replace(/^npm:/, "").replace(/(?<=.)@.*$/, "");

Deno.test("of each package with an install script it is said whether that runs: a first start would warn of it", async () => {
  const { allowScripts } = await readJson("deno.json");
  const { npm } = await readJson("deno.lock");
  const named = [...allowScripts.allow, ...allowScripts.deny].map(nameOf);
  const scripted = Object.entries<{ scripts?: boolean }>(npm)
    .filter(([, { scripts }]) => scripts).map(([spec]) => nameOf(spec));
  assertEquals(named.sort(), [...new Set(scripted)].sort());
});
