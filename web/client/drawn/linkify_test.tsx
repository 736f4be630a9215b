import { assertEquals } from "@std/assert";
import { render } from "preact-render-to-string";
import { linkify } from "./linkify.tsx";

const link = (address: string) =>
  `<a href="${address}" dir="ltr" target="_blank" rel="noopener noreferrer">${address}</a>`;
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

/** The texts of the links. */
const linksOf = (text: string) =>
  [...html(text).matchAll(/<a [^>]*>([^<]*)<\/a>/g)].map(([, it]) =>
    it.replaceAll("&amp;", "&")
  );

Deno.test("an address ends where the text around it goes on", () => {
  const a = "https://ex.test/a";
  const ends = [
    ...'’‘”“»«›‹„‚"`…—。、）」】，！：；？؟،؛।۔·',
    ...["]", "}", ")", "'", "|", "(", "[", "–", "\ufe0f"],
    ...["\u200b", "\u2060", "\u00ad", "\ufeff", "\u200e", "\u200f", "\u202a"],
    ...["\u202e", "\u2066", "\u2069", "\u061c", "\u2800", "\u3164", "\u3000"],
    ...["❜", "❞", "´", "≫", "＞", "｜", "～", "｣", "⋯", "→", "●"],
    ...["\u0000", "\ud800", "\u{e0001}", "\u{e0100}", "\u034f", "\u00a0"],
  ];
  for (const end of ends) {
    assertEquals([end, ...linksOf(`see ${a}${end}`)], [end, a]);
    assertEquals([end, ...linksOf(`see ${a}.${end} next`)], [end, a]);
  }
  // These end it also where something follows at once.
  for (const end of "’”»…—。、）」】，！：؟)]}\u200b\u202e\u00ad") {
    assertEquals([end, ...linksOf(`${a}${end}next`)], [end, a]);
  }
  const pairs = [
    "“”",
    "‘’",
    "«»",
    "„“",
    "（）",
    "「」",
    "''",
    "＜＞",
    "≪≫",
    "❝❞",
  ];
  for (const [open, close] of pairs) {
    assertEquals(linksOf(`${open}${a}${close}, then`), [a]);
    assertEquals(linksOf(`(${open}${a}${close})`), [a]);
  }
});

Deno.test("an address keeps what is its own", () => {
  const whole = [
    "https://ex.test/X_",
    "https://ex.test/__init__",
    "https://ex.test/it's",
    "https://ex.test/a-",
    "https://ex.test/?q=a&b=[1]&c={x}",
    "https://en.wiki.test/wiki/Foo_(bar)",
    "https://en.wiki.test/wiki/(a)_(b)#c",
    "https://en.wiki.test/wiki/Foo–Bar",
    "https://ex.test/a:b@c",
    "https://ex.test/?to=a@b.test",
    "https://ja.wiki.test/wiki/佐々木・カー",
    "https://ex.test/نور",
    "https://ex.test/❤\ufe0f/a",
    "http://[::1]:8000/",
    "https://ex.test/@user",
    "https://ex.test/50%25/",
  ];
  for (const address of whole) {
    assertEquals(linksOf(`see ${address} there`), [address]);
    assertEquals(linksOf(`(${address}).`), [address]);
  }
});

Deno.test("a host ends where no host goes on, whatever follows at once", () => {
  const hosts = [
    "https://ex.test",
    "https://ex.test:8443",
    "http://127.0.0.1:3000",
    "http://[::1]",
    "https://müller.example",
    "https://例え.example",
    "https://ex.test/",
    "https://en.wiki.test/wiki/Foo_(bar)",
    "http://[2001:db8::1]:8080/?x=[1]",
  ];
  for (const host of hosts) {
    assertEquals(linksOf(`${host}'s page`), [host]);
    assertEquals(linksOf(`'${host}'s`), [host]);
    assertEquals(linksOf(`_${host}_`), [host]);
    if (!host.includes("/", 8)) {
      for (const end of ["(b)", "*b*", ",b", ";b", "!b", "'b", "_", "-"]) {
        assertEquals(linksOf(`${host}${end}`), [host], end);
      }
    }
  }
  assertEquals(linksOf("_https://ex.test/X__"), ["https://ex.test/X_"]);
  assertEquals(linksOf("'https://ex.test/O'Brien'."), [
    "https://ex.test/O'Brien",
  ]);
});

Deno.test("nothing of a text is swallowed, and each address is found", () => {
  const [a, b] = ["https://a.test/x", "https://b.test/y"];
  for (
    const text of [
      `[${a}](${b})`,
      `${a}、${b}`,
      `['${a}','${b}']`,
      `{"a":"${a}","b":"${b}"}`,
      `${a}\u200b${b}`,
      `${a},${b}`,
      `${a};${b}`,
      `${a}|${b}`,
      `${a}) ${b}`,
    ]
  ) {
    assertEquals(linksOf(text), [a, b]);
    const shown = html(text).replace(/<[^>]*>/g, "").replaceAll("&quot;", '"');
    assertEquals(shown, text);
  }
});

Deno.test("a link says where it leads", () => {
  for (
    const text of [
      "https://bank.test@evil.test/",
      "https://bank.test:443@evil.test/login",
      "https://:pw@evil.test",
      "https:////bank.test@evil.test/",
      "http://bank.test%2f@evil.test/",
    ]
  ) {
    assertEquals(linksOf(text), []);
    assertEquals(html(text), text);
  }
  // A text that is turned round does not turn the address.
  assertEquals(
    html("\u202ehttps://a.example"),
    `\u202e${link("https://a.example")}`,
  );
});
