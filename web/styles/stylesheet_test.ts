import { assert, assertEquals } from "@std/assert";
import { SHEETS, stylesheet } from "./stylesheet.ts";

Deno.test("the stylesheets have every part, in layers they name first", async () => {
  const files: string[] = [];
  for await (const { name } of Deno.readDir(import.meta.dirname ?? "")) {
    if (name.endsWith(".css")) files.push(name.replace(".css", ""));
  }
  assertEquals(files.sort(), Object.values(SHEETS).flat().toSorted());
  const all = await Promise.all(
    (Object.keys(SHEETS) as (keyof typeof SHEETS)[]).map(stylesheet),
  );
  const [, named] = /^@layer ([\w, ]+);/.exec(all[0]) ?? [];
  const used = all.join("\n").matchAll(/^@layer (\w+) \{$/gm)
    .map(([, layer]) => layer);
  assertEquals(new Set(named?.split(", ")), new Set(used));
  for (const css of all) {
    // Nothing stands outside a layer, where it would win over everything.
    const outside = css.replaceAll(/^@layer \w+ \{$[^]*?^\}$/gm, "")
      .replaceAll(/\/\*[^]*?\*\//g, "").trim();
    assert(/^@layer [\w, ]+;$/.test(outside), outside);
  }
});
