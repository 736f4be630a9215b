import { assert, assertEquals } from "@std/assert";
import { render } from "preact-render-to-string";
import { LIMITS } from "../../../realtime/protocol.ts";
import { richText } from "./rich-text.tsx";

const html = (text: string) =>
  render(<>{richText(text)}</>)
    .replaceAll(/ (dir="ltr"|tabindex="0"|rel="[^"]*"|target="_blank")/g, "");

Deno.test("code is set apart, in a line and as a block", () => {
  const cases = {
    "run `deno task` now": "run <code>deno task</code> now",
    "so:\n```\na\n  b\n```\nthen": "so:<pre><code>a\n  b</code></pre>then",
    "```js\nlet a;\n```": "<pre><code>let a;</code></pre>",
    "```one line```": "<pre><code>one line</code></pre>",
    "`a` and ```b```": "<code>a</code> and <pre><code>b</code></pre>",
    "```\n`inside`\n```": "<pre><code>`inside`</code></pre>",
    "```\n**b**\n> q\n- l\n```": "<pre><code>**b**\n> q\n- l</code></pre>",
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

Deno.test("marks, quotes and lists are elements", () => {
  const cases = {
    "**b** *i* _j_ ~~s~~": "<strong>b</strong> <em>i</em> <em>j</em> <s>s</s>",
    "***x***": "<strong><em>x</em></strong>",
    "so\n> a *b*\n> c\nyes": "so<blockquote>a <em>b</em>\nc</blockquote>yes",
    "- a\n- b\n  - c": "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>",
    "2. a\n3. b\n7. c":
      '<ol><li value="2">a</li><li>b</li><li value="7">c</li></ol>',
    "これは**重点**です": "これは<strong>重点</strong>です",
    "a\n\nb": "a\n\nb",
    "_see https://a.example/b_c_":
      '<em>see <a href="https://a.example/b_c">https://a.example/b_c</a></em>',
    "see https://a.example/b_":
      'see <a href="https://a.example/b_">https://a.example/b_</a>',
  };
  for (const [text, expected] of Object.entries(cases)) {
    assertEquals(html(text), expected);
  }
});

Deno.test("a link with words of its own names the host it leads to", () => {
  assertEquals(
    html("see [the *plan*](https://a.example/x_(y))."),
    'see <a href="https://a.example/x_(y)"><bdi>the <em>plan</em></bdi></a>' +
      '<span class="mark">a.example</span>.',
  );
  const links = (text: string) =>
    [...html(text).matchAll(/<a href="([^"]*)"/g)].map(([, href]) => href);
  // One that could pass for another is both addresses, as they were typed.
  assertEquals(links("[https://bank.test](https://evil.test)"), [
    "https://bank.test",
    "https://evil.test",
  ]);
  assertEquals(links("[*https://bank.test](https://evil.test)").length, 2);
  for (
    const text of [
      "[x](javascript:alert(1))",
      "[x](JavaScript://%0aalert(1))",
      "[x](data:text/html,x)",
      "[x](//evil.test)",
      "[x](https://bank.test@evil.test/)",
      "[](https://)",
    ]
  ) {
    assertEquals(links(text), []);
    assertEquals(html(text), text);
  }
});

Deno.test("what only looks like marks stays as it was typed", () => {
  for (
    const text of [
      ...["snake_case_name", "2*3*4", "2 * 3 * 4", "*_*", "(*^_^*)", "^_^"],
      ...["¯\\_(ツ)_/¯", "__init__", "****", "** **", "*a\nb*", "a -> b"],
      ...["-5", "1986.", "#1", "[x] done", "/* a */", "**kwargs", "~5 ~6"],
    ]
  ) assertEquals(html(text).replaceAll("&gt;", ">"), text);
});

Deno.test("whatever the text, its elements are few deep", () => {
  for (const part of ["> ", "- ", "*a _b ~~c **d [", "1. ", "  - a\n"]) {
    const text = part.repeat(LIMITS.contentLength / part.length);
    let depth = 0, deepest = 0;
    for (const [, close] of html(text).matchAll(/<(\/?)\w/g)) {
      depth += close ? -1 : 1;
      deepest = Math.max(deepest, depth);
    }
    assert(deepest < 20, `${part}: ${deepest}`);
  }
});
