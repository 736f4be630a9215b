import { assertEquals } from "@std/assert";
import type { FeedSummary } from "../../../realtime/protocol.ts";
import { tell, tellOf } from "./tell.ts";

const summary = (id: string, offset: number, timestamp: number) =>
  ({
    ...{ epoch: "e", offset, read: 0, unread: offset, mentioned: 0 },
    last: offset > 0
      ? { id, offset, timestamp, sender: { id: "grace", name: "Grace" } }
      : null,
  }) as unknown as FeedSummary;

/** What the server is asked about while `work` goes on, whose timers are over at once. */
async function askedIn(work: () => void, times: number): Promise<string[]> {
  const { fetch, setTimeout } = globalThis;
  const asked: string[] = [];
  const due: (() => unknown)[] = [];
  Object.assign(globalThis, {
    fetch: (address: string) => {
      asked.push(address.split("=")[1]);
      return Promise.resolve(new Response(null, { status: 204 }));
    },
    setTimeout: (call: () => unknown) => due.push(call),
  });
  try {
    work();
    for (let i = 0; i < times; i++) await due.shift()?.();
    return asked;
  } finally {
    while (due.length > 0) await due.shift()!();
    Object.assign(globalThis, { fetch, setTimeout });
  }
}

Deno.test("the first message of a room is told of, too; what is older than the page is not", async () => {
  const now = performance.timeOrigin + 60_000;
  const long = performance.timeOrigin - 60_000;
  const before = { known: summary("k1", 1, long), empty: summary("", 0, 0) };
  const rooms = {
    known: summary("k2", 2, now),
    empty: summary("first", 1, now),
    // Somebody wrote to them alone, or a page of summaries came.
    direct: summary("hello", 1, now),
    old: summary("old", 9, long),
  };
  const asked = await askedIn(() => tellOf(before, rooms, "me"), 9);
  assertEquals(asked, ["k2", "first", "hello"]);
});

Deno.test("what mentions the person is asked about first, however much is new", async () => {
  const said = (id: string) => ({ id, offset: 1 });
  const much = Array.from({ length: 200 }, (_, i) => said(`m${i}`));
  const room = summary("there", 2, 0);
  const asked = await askedIn(() => {
    tell("r", [said("here"), ...much], ({ id }) => id === "here");
    const before = { other: summary("", 1, 0) };
    tellOf(before, { other: { ...room, mentioned: 1 } }, "me");
    tell("r", much, () => false);
  }, 3);
  assertEquals(asked.slice(0, 3), ["here", "there", "m150"]);
});
