import { assertEquals } from "@std/assert";
import type {
  ClientFrame,
  FeedSummary,
  ServerFrame,
} from "../../../realtime/protocol.ts";
import { type FeedLink, followFeed } from "./feed.ts";
import type { FeedState } from "./feed-state.ts";

const summary = (offset: number, unread: number): FeedSummary => ({
  epoch: "1",
  offset,
  read: offset - unread,
  unread,
  mentioned: 0,
  last: null,
});

function stage() {
  const asked: ClientFrame[] = [];
  const waiting: (() => void)[] = [];
  const link: FeedLink = {
    ask(frame) {
      asked.push(frame);
      waiting.splice(0).forEach((go) => go());
      return true;
    },
  };
  const states: FeedState[] = [];
  const stop = new AbortController();
  const backs: number[] = [];
  followFeed(link, "ann", stop.signal, {
    told: (state) => states.push(state),
    renamed: () => {},
    back: () => backs.push(asked.length),
  });
  return {
    asked,
    backs,
    states,
    stop,
    hear: (frame: Parameters<NonNullable<FeedLink["hear"]>>[0]) =>
      link.hear?.(frame),
    next: () => new Promise<void>((resolve) => waiting.push(resolve)),
    link,
  };
}

Deno.test("a feed asks for all summaries, page by page, and goes on by itself", async () => {
  const { asked, states, stop, hear, next, link } = stage();
  await next();
  hear({ event: "summaries", rooms: { a: summary(3, 1) }, next: "a" });
  hear({ event: "summaries", rooms: { b: summary(5, 0) }, next: null });
  assertEquals(asked, [
    { event: "summaries" },
    { event: "summaries", after: "a" },
  ]);
  hear({
    ...{ event: "room-news", roomId: "b", epoch: "1", after: 5, offset: 7 },
    by: { ben: 1, ann: 1 },
  });
  const { rooms } = states.at(-1)!;
  assertEquals([rooms.a.unread, rooms.b.unread], [1, 1]);
  hear({ event: "read", roomId: "b", offset: 7 });
  assertEquals(states.at(-1)!.rooms.b.unread, 0);
  stop.abort();
  assertEquals(link.hear, undefined);
});

Deno.test("what was missed is asked for: of one room, or of all after a break", async () => {
  const { asked, stop, hear, next } = stage();
  await next();
  hear({ event: "summaries", rooms: { a: summary(3, 1) }, next: null });
  hear({
    ...{ event: "room-news", roomId: "a", epoch: "1", after: 4, offset: 5 },
    by: { ben: 1 },
  });
  await next();
  assertEquals(asked.at(-1), { event: "summaries", rooms: ["a"] });
  hear({ event: "summaries", rooms: { a: summary(5, 3) }, next: null });
  hear({ event: "summaries-stale" });
  await next();
  assertEquals(asked.at(-1), { event: "summaries" });
  stop.abort();
});

Deno.test("on a new connection all is asked for, and not when a token is renewed", async () => {
  const { asked, backs, stop, hear, next } = stage();
  await next();
  const joined: ServerFrame = {
    event: "room-joined",
    ...{ roomId: "r", epoch: "1", offset: 0, read: 0 },
    ...{ recovered: true, messages: [], entries: [], online: [] },
  };
  using time = new FakeTime();
  hear(joined);
  time.pass(60_000);
  hear({ event: "identified", userId: "ann", expiresAt: 0 });
  time.pass(10_000);
  hear(joined);
  assertEquals([asked, backs], [[{ event: "summaries" }], []]);
  hear({ event: "identified", userId: "ann", expiresAt: 0 });
  hear(joined);
  await next();
  assertEquals([asked.length, backs.length], [2, 1]);
  stop.abort();
});

/** A clock that a test moves. */
class FakeTime implements Disposable {
  readonly #now = Date.now;
  #at = Date.now();
  constructor() {
    Date.now = () => this.#at;
  }
  pass(ms: number) {
    this.#at += ms;
  }
  [Symbol.dispose]() {
    Date.now = this.#now;
  }
}
