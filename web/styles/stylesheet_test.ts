import { assert, assertEquals } from "@std/assert";
import { PARTS, stylesheet } from "./stylesheet.ts";

Deno.test("the stylesheet has every part, in layers it names first", async () => {
  const files: string[] = [];
  for await (const { name } of Deno.readDir(import.meta.dirname ?? "")) {
    if (name.endsWith(".css")) files.push(name.replace(".css", ""));
  }
  assertEquals(files.sort(), PARTS.toSorted());
  const css = await stylesheet();
  const [, named] = /^@layer ([\w, ]+);/.exec(css) ?? [];
  const used = css.matchAll(/^@layer (\w+) \{$/gm).map(([, layer]) => layer);
  assertEquals(new Set(named?.split(", ")), new Set(used));
  // Nothing stands outside a layer, where it would win over everything.
  const outside = css.replaceAll(/^@layer \w+ \{$[^]*?^\}$/gm, "")
    .replaceAll(/\/\*[^]*?\*\//g, "").trim();
  assert(/^@layer [\w, ]+;$/.test(outside), outside);
});
