import { assertEquals } from "@std/assert";
import type { FeedSummary } from "../../../realtime/protocol.ts";
import { tellOf } from "./tell.ts";

const summary = (id: string, offset: number, timestamp: number) =>
  ({
    ...{ epoch: "e", offset, read: 0, unread: offset, mentioned: 0 },
    last: offset > 0
      ? { id, offset, timestamp, sender: { id: "grace", name: "Grace" } }
      : null,
  }) as unknown as FeedSummary;

Deno.test("the first message of a room is told of, too; what is older than the page is not", async () => {
  const realFetch = globalThis.fetch;
  const asked: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  globalThis.fetch = (address) => {
    asked.push(String(address));
    if (asked.length === 3) resolve();
    return Promise.resolve(new Response(null, { status: 204 }));
  };
  try {
    const now = performance.timeOrigin + 60_000;
    const long = performance.timeOrigin - 60_000;
    const before = { known: summary("k1", 1, long), empty: summary("", 0, 0) };
    tellOf(before, {
      known: summary("k2", 2, now),
      empty: summary("first", 1, now),
      // Somebody wrote to them alone, or a page of summaries came.
      direct: summary("hello", 1, now),
      old: summary("old", 9, long),
    }, "me");
    await promise;
    assertEquals(asked.map((it) => it.split("=")[1]), ["k2", "first", "hello"]);
  } finally {
    globalThis.fetch = realFetch;
  }
});
