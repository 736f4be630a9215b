import { assert, assertEquals } from "@std/assert";
import { testApp } from "../http/testing/app.ts";
import { createRoom } from "../rooms/rooms.ts";

const MB = 1024 * 1024;
const SIZE = 200 * MB;

/** A form with one large file, made as it is read. */
function largeForm(boundary: string): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const chunk = new Uint8Array(64 * 1024).fill(7);
  let left = SIZE;
  return new ReadableStream({
    start(controller) {
      controller.enqueue(encoder.encode(
        `--${boundary}\r\ncontent-disposition: form-data; name="content"\r\n\r\nLarge\r\n` +
          `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="large.bin"\r\n\r\n`,
      ));
    },
    pull(controller) {
      if (left === 0) {
        controller.enqueue(encoder.encode(`\r\n--${boundary}--\r\n`));
        return controller.close();
      }
      left -= chunk.length;
      controller.enqueue(chunk);
    },
  });
}

Deno.test("200 MB come and go without being held", async () => {
  await using app = await testApp({ FILE_MAX_MB: "200" });
  const { account, cookie } = await app.person("Ada");
  const { id: room } = await createRoom(app.services, account, "Large");
  // What is there once is not what a file takes.
  await (await app.ask(`/rooms/${room}`, { cookie })).text();
  const before = Deno.memoryUsage().rss;
  let most = before;
  const look = setInterval(() => {
    most = Math.max(most, Deno.memoryUsage().rss);
  }, 5);
  try {
    const answer = await app.ask(`/rooms/${room}`, {
      method: "POST",
      body: largeForm("between"),
      headers: { "content-type": "multipart/form-data; boundary=between" },
      cookie,
    });
    assertEquals(answer.status, 303);
    const { messages } = await app.realtime.history(account, room, {});
    const [{ id, size }] = messages[0].files!;
    assertEquals(size, SIZE);
    const file = await app.ask(`/rooms/${room}/files/${id}`, { cookie });
    let read = 0;
    for await (const bytes of file.body!) read += bytes.length;
    assertEquals(read, SIZE);
  } finally {
    clearInterval(look);
  }
  const taken = (most - before) / MB;
  console.log(`${SIZE / MB} MB took ${taken.toFixed(0)} MB of memory`);
  assert(taken < 100, `${taken} MB`);
});
