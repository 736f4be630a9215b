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

Deno.test("a page tells where pushes have ended, and has the worker subscribe anew", async () => {
  const posted: unknown[] = [];
  const keys = { p256dh: "p", auth: "a" };
  const subscription = { toJSON: () => ({ endpoint: "ended", keys }) };
  const worker = {
    active: { postMessage: (told: unknown) => posted.push(told) },
    pushManager: { getSubscription: () => Promise.resolve(subscription) },
  };
  Object.assign(navigator, {
    serviceWorker: { getRegistration: () => Promise.resolve(worker) },
  });
  const { fetch } = globalThis;
  const { now } = performance;
  const asked: string[] = [];
  let status = 204, waited = 0;
  performance.now = () => now.call(performance) + waited;
  const askedAfter = async (next: number) => {
    status = next;
    asked.length = 0;
    globalThis.fetch = ((address: string) => {
      asked.push(address.replace(/.*=/, ""));
      const isCheck = address.endsWith("/device");
      return Promise.resolve(
        new Response(null, { status: isCheck ? status : 204 }),
      );
    }) as typeof fetch;
    const { promise, resolve } = Promise.withResolvers<void>();
    const { setTimeout } = globalThis;
    globalThis.setTimeout = ((call: () => Promise<void>) => {
      setTimeout(() => call().then(resolve), 0);
      return 0;
    }) as unknown as typeof setTimeout;
    try {
      tell("r", [{ id: "m", offset: 1 }], () => false);
      await promise;
    } finally {
      globalThis.setTimeout = setTimeout;
    }
    return [...asked];
  };
  try {
    const check = "/account/notifications/device";
    assertEquals(await askedAfter(204), [check]);
    // It was asked a moment ago.
    assertEquals(await askedAfter(200), []);
    waited = 61_000;
    assertEquals(await askedAfter(200), [check, "m"]);
    assertEquals(posted, [{ renew: true }]);
    waited = 122_000;
    assertEquals(await askedAfter(404), [check, "m"]);
    assertEquals(posted.length, 1);
  } finally {
    globalThis.fetch = fetch;
    performance.now = now;
    // deno-lint-ignore no-explicit-any -- Deno has none
    delete (navigator as any).serviceWorker;
  }
});
