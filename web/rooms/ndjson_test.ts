import { assertEquals, assertRejects } from "@std/assert";
import { parseNdjson } from "./ndjson.ts";

const parse = (chunks: string[]) =>
  Array.fromAsync(ReadableStream.from(chunks).pipeThrough(parseNdjson()));

Deno.test("each line is a value, wherever the chunks are cut", async () => {
  const text = '{"n":1}\n{"word":"grün \\n"}\n[]\n';
  const expected = [{ n: 1 }, { word: "grün \n" }, []];
  for (let cut = 0; cut <= text.length; cut++) {
    const chunks = [text.slice(0, cut), text.slice(cut)];
    assertEquals(await parse(chunks), expected);
  }
  assertEquals(await parse([...text]), expected);
});

Deno.test("heartbeats are skipped, and an unfinished line is dropped", async () => {
  assertEquals(await parse(["\n\n", '{"n":1}\n', "\n", '{"n":']), [{ n: 1 }]);
});

Deno.test("a value comes out before the stream ends", async () => {
  const { readable, writable } = parseNdjson();
  const writer = writable.getWriter();
  const reader = readable.getReader();
  const writing = writer.write('{"n":1}\n{"n"');
  assertEquals((await reader.read()).value, { n: 1 });
  await writing;
  await reader.cancel();
});

Deno.test("what is not JSON, or never ends, fails the stream", async () => {
  await assertRejects(() => parse(["hello\n"]), SyntaxError);
  await assertRejects(() => parse(["x".repeat(300_000)]), RangeError);
});
