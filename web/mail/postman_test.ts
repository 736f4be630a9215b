import { assert, assertEquals } from "@std/assert";
import { startPostman } from "./postman.ts";
import { onQueue } from "./testing.ts";

Deno.test(
  "the postman goes when nudged, not too often and never twice at once",
  onQueue(async ({ s, tried, mails, queue }) => {
    await queue("ada");
    await using postman = startPostman(s, 60_000);
    for (let n = 0; n < 10; n++) postman.nudge();
    await postman[Symbol.asyncDispose]();
    assertEquals(mails.length, 1);
    await queue("bob");
    postman.nudge();
    await postman[Symbol.asyncDispose]();
    assertEquals(tried.length, 1, "he has just been");
  }),
);

Deno.test(
  "the postman goes by himself, and outlives a queue that cannot be read",
  onQueue(async ({ s, mails, queue }) => {
    const { kv } = s;
    const list = kv.list.bind(kv);
    let reads = 0;
    kv.list = (...args: Parameters<typeof list>) => {
      if (reads++ === 0) throw new Error("KV is away");
      return list(...args);
    };
    await queue("ada");
    await using _postman = startPostman(s, 5);
    while (mails.length === 0) {
      await new Promise((done) => setTimeout(done, 1));
    }
    assert(reads > 1);
  }),
);
