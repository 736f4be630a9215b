import { assert, assertEquals } from "@std/assert";
import { firstAddress } from "./address.ts";
import { cleanText, readPage } from "./read-page.ts";

const HERE = new URL("https://a.test/dir/page");
const read = (html: string, type = "text/html") =>
  readPage(new TextEncoder().encode(html), type, HERE);

Deno.test("a page says its title, what it is about, and its picture", () => {
  assertEquals(
    read(
      `<!doctype html><html><head><title>Plain</title>
      <meta property="og:title" content="Tea &amp; biscuits">
      <meta name=description content="About  tea">
      <meta property="og:image" content="../tea.png"></head><body>`,
    ),
    {
      title: "Tea & biscuits",
      description: "About tea",
      picture: new URL("https://a.test/tea.png"),
    },
  );
  assertEquals(read("<title>Only\n a title</title>")?.title, "Only a title");
  for (
    const none of [
      "",
      "no page",
      "<body><title>Too late</title>",
      "<title> \u200b </title>",
      "<script>'<title>x</title>'</script>",
      "<!-- <title>x</title> -->",
    ]
  ) assertEquals(read(none), undefined, none);
});

Deno.test("a page is read in its own encoding", () => {
  const bytes = new Uint8Array([...new TextEncoder().encode("<title>Caf")]);
  const latin = new Uint8Array([...bytes, 0xe9]);
  assertEquals(
    readPage(latin, "text/html; charset=iso-8859-1", HERE)?.title,
    "Café",
  );
  const meta = new TextEncoder().encode('<meta charset="windows-1252">');
  assertEquals(
    readPage(new Uint8Array([...meta, ...latin]), "text/html", HERE)?.title,
    "Café",
  );
  assertEquals(
    readPage(bytes, "text/html; charset=no-such", HERE)?.title,
    "Caf",
  );
});

Deno.test("a hostile title is text, on one line, in one direction, and short", () => {
  const title = (text: string) => read(`<title>${text}</title>`)?.title;
  assertEquals(
    title("&lt;img src=x onerror=alert(1)&gt;"),
    "<img src=x onerror=alert(1)>",
  );
  assertEquals(title("a\u202eb\u2066c\u0000d"), "a b c d");
  assertEquals(title("x".repeat(100_000))?.length, 200);
  assert(title(`${"😀".repeat(500)}`)!.isWellFormed());
  assertEquals(cleanText("\u200b\u2800", 9), undefined);
});

Deno.test("whatever the page, reading it takes a bounded time", () => {
  const size = 512 * 1024;
  for (
    const part of [
      ...["<meta a>", "<noscript>", "</title>", "<title>", "<meta ", "<!--"],
      ...["<template></x>", "&amp;", "<title>&", "<meta content='", "<"],
    ]
  ) {
    // Were it quadratic, it would not end while anybody waits.
    read("<head>" + part.repeat(size / part.length));
  }
});

Deno.test("the first link of what somebody says themselves counts", () => {
  assertEquals(
    firstAddress("see https://a.test/x, https://b.test"),
    "https://a.test/x",
  );
  assertEquals(firstAddress("**[a](https://a.test/x)**"), "https://a.test/x");
  assertEquals(firstAddress("- https://a.test"), "https://a.test");
  for (
    const none of [
      "`https://a.test`",
      "```\nhttps://a.test\n```",
      "> https://a.test",
      "no link",
      `https://a.test/${"x".repeat(2_000)}`,
    ]
  ) assertEquals(firstAddress(none), undefined);
});
