import { assertEquals, assertStringIncludes } from "@std/assert";
import { onFiles } from "../testing/files.ts";

const SENTENCE =
  "This took too long to arrive. Check your connection and send it again.";

/** A body that begins and then stands still. */
const stalled = (begin: string) =>
  new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode(begin)),
  });

Deno.test(
  "a file that stops coming is told so, with what was typed, and nothing of it stays",
  onFiles(async ({ app, ada, room, stored }) => {
    const form = [
      '--cut\r\ncontent-disposition: form-data; name="clientId"\r\n\r\nslow\r\n',
      '--cut\r\ncontent-disposition: form-data; name="content"\r\n\r\nTyped with care\r\n',
      '--cut\r\ncontent-disposition: form-data; name="file"; filename="a.bin"\r\n',
      `content-type: application/octet-stream\r\n\r\n${"x".repeat(50_000)}`,
    ].join("");
    const ask = (path: string, body: string, type: string) =>
      app.ask(path, {
        method: "POST",
        body: stalled(body),
        headers: { "content-type": type },
        cookie: ada.cookie,
      });
    // Both at once, as each takes until patience ends.
    const [program, page] = await Promise.all([
      ask(
        `/api/rooms/${room}/files?name=a`,
        "x".repeat(50_000),
        "application/octet-stream",
      ),
      ask(`/rooms/${room}`, form, "multipart/form-data; boundary=cut"),
    ]);
    const { error } = await program.json();
    assertEquals([program.status, error.code, error.message], [
      ...[408, "too-slow", SENTENCE],
    ]);
    const html = await page.text();
    assertEquals(page.status, 408);
    assertStringIncludes(html, SENTENCE);
    assertStringIncludes(html, "Typed with care</textarea>");
    assertEquals(await stored(), []);
    const left = await Array.fromAsync(
      app.services.kv.list({ prefix: ["files"] }),
    );
    assertEquals(left, []);
    // The same form, whole this time, is not taken for one that was done.
    const again = await app.ask(`/rooms/${room}`, {
      method: "POST",
      body: `${form}\r\n--cut--\r\n`,
      headers: { "content-type": "multipart/form-data; boundary=cut" },
      cookie: ada.cookie,
    });
    assertEquals(again.status, 303);
    const { messages } = await app.realtime.history(ada.account, room, {});
    assertEquals(messages.map(({ files }) => files?.length), [1]);
  }),
);
