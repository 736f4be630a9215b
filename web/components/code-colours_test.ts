import { assert, assertEquals } from "@std/assert";
import { h } from "preact";
import { render } from "preact-render-to-string";
import fc from "fast-check";
import { richText } from "../client/drawn/rich-text.tsx";
import { tokensOf } from "./code-colours.ts";

const html = (text: string) => render(h("div", null, richText(text)));

Deno.test("code is coloured in the language that is said of it, as elements", () => {
  assertEquals(
    html("```js\nconst a = '<b>'; // &\n```"),
    '<div><pre tabindex="0"><code dir="ltr">' +
      '<span class="hl-key">const</span> a = ' +
      '<span class="hl-text">\'</span><span class="hl-text">&lt;b></span>' +
      '<span class="hl-text">\'</span>; ' +
      '<span class="hl-note">// &amp;</span></code></pre></div>',
  );
  assert(html("```Python\ndef f():\n  pass\n```").includes("hl-key"));
  for (const said of ["", "css", "nonsense", "constructor", "__proto__"]) {
    assert(!html("```" + said + "\nconst a = 1\n```").includes("<span"));
  }
  const long = "```js\nconst a = 1;" + " ".repeat(2_000) + "x\n```";
  assert(!html(long).includes("<span"));
});

Deno.test("whatever the code, it reads as it was typed", () => {
  const languages = ["js", "ts", "py", "html", "sh", "sql", "json"];
  languages.push("yaml", "rust", "go", "diff", "md", "php", "ruby", "c");
  const piece = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("`", '"', "'", "/*", "//", "<", "</", "${", "\n", "\\"),
  );
  fc.assert(fc.property(
    fc.constantFrom(...languages),
    fc.array(piece).map((pieces) => pieces.join("")),
    (language, text) => {
      const lines = tokensOf(text, language)!;
      const read = lines.map((line) => line.map(({ value }) => value).join(""));
      assertEquals(read.join("\n"), text);
    },
  ));
});
