import { assertEquals } from "@std/assert";
import { render } from "preact-render-to-string";
import { linkify } from "./linkify.tsx";

const link = (address: string) =>
  `<a href="${address}" target="_blank" rel="noopener noreferrer">${address}</a>`;
const html = (text: string) => render(<>{linkify(text)}</>);

Deno.test("addresses become links, and what surrounds them does not", () => {
  const cases = {
    "see https://a.example/x?y=1.": `see ${link("https://a.example/x?y=1")}.`,
    "(http://a.example/b)": `(${link("http://a.example/b")})`,
    "https://a.example/b_(c)": link("https://a.example/b_(c)"),
    "https://a.example, https://b.example!": `${link("https://a.example")}, ${
      link("https://b.example")
    }!`,
    '"https://a.example"': `"${link("https://a.example")}"`,
  };
  for (const [text, expected] of Object.entries(cases)) {
    assertEquals(html(text).replaceAll("&quot;", '"'), expected);
  }
});

Deno.test("nothing but http and https becomes a link, and markup stays text", () => {
  for (const text of ["javascript:alert(1)", "data:text/html,x", "https://"]) {
    assertEquals(html(text), text);
  }
  assertEquals(html("<b>x</b>"), "&lt;b>x&lt;/b>");
});
