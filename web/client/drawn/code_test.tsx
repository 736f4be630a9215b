import { assertEquals } from "@std/assert";
import { render } from "preact-render-to-string";
import { withCode } from "./code.tsx";

const html = (text: string) =>
  render(<>{withCode(text)}</>).replaceAll(' dir="ltr"', "");

Deno.test("code is set apart, in a line and as a block", () => {
  const cases = {
    "run `deno task` now": "run <code>deno task</code> now",
    "so:\n```\na\n  b\n```\nthen": "so:<pre><code>a\n  b</code></pre>then",
    "```js\nlet a;\n```": "<pre><code>let a;</code></pre>",
    "```one line```": "<pre><code>one line</code></pre>",
    "`a` and ```b```": "<code>a</code> and <pre><code>b</code></pre>",
    "```\n`inside`\n```": "<pre><code>`inside`</code></pre>",
  };
  for (const [text, expected] of Object.entries(cases)) {
    assertEquals(html(text), expected);
  }
});

Deno.test("what is not closed or empty stays as it was typed", () => {
  for (
    const text of ["`open", "``", "``` open", "```\n\n```", "it's 5` long"]
  ) {
    assertEquals(html(text), text);
  }
});

Deno.test("in code nothing is a link, and markup stays text", () => {
  assertEquals(
    html("`https://a.example <b>`"),
    "<code>https://a.example &lt;b></code>",
  );
});
