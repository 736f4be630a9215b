import { assertEquals } from "@std/assert";
import { follow } from "./elsewhere.ts";

const summary = (unread: number, mentioned: number, read = 0) => ({
  ...{ epoch: "e", offset: unread + read, read, unread, mentioned },
  last: null,
});

/** A page called Account, without a room, in a browser that lets a test say what it sees. */
function startPage() {
  const listeners: (() => void)[] = [];
  const timers = new Map<number, () => unknown>();
  const sockets: FakeSocket[] = [];
  const badges: number[] = [];
  const page = {
    ...{ hidden: false, title: "Account", cookie: "", tokens: 200 },
    /** Tokens it asked for. */
    asked: 0,
    lastWait: 0,
    getElementById: () => null,
    sockets,
    badges,
    async hide(isHidden: boolean) {
      page.hidden = isHidden;
      for (const listener of listeners) listener();
      await settle();
    },
    /** Lets every timer that runs now be over. */
    async wait() {
      const due = [...timers.values()];
      timers.clear();
      for (const one of due) one();
      await settle();
    },
    waiting: () => timers.size,
  };
  class FakeSocket {
    readonly sent: unknown[] = [];
    closed = false;
    onopen?: () => void;
    onmessage?: (event: { data: string }) => void;
    onclose?: () => void;
    constructor(readonly url: URL) {
      sockets.push(this);
    }
    send(text: string) {
      this.sent.push(JSON.parse(text));
    }
    close() {
      this.closed = true;
    }
    say(frame: unknown) {
      this.onmessage?.({ data: JSON.stringify(frame) });
    }
  }
  const settle = async () => {
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };
  let last = 0;
  const fakes: Record<string, unknown> = {
    document: page,
    location: { href: "http://here.test/account" },
    WebSocket: FakeSocket,
    addEventListener: (_: string, listener: () => void) =>
      listeners.push(listener),
    setTimeout(call: () => unknown, ms: number) {
      page.lastWait = ms;
      timers.set(++last, call);
      return last;
    },
    clearTimeout: (id: number) => timers.delete(id),
    fetch: () => {
      page.asked++;
      return Promise.resolve(
        page.tokens === 200
          ? Response.json({ token: "t", expiresAt: 0 })
          : new Response(null, { status: page.tokens }),
      );
    },
  };
  const scope = globalThis as unknown as Record<string, unknown>;
  const before = Object.keys(fakes).map((name) => [name, scope[name]] as const);
  for (const name in fakes) scope[name] = fakes[name];
  Object.assign(navigator, {
    setAppBadge: (count: number) => Promise.resolve(badges.push(count)),
  });
  return Object.assign(page, {
    [Symbol.dispose]() {
      for (const [name, value] of before) scope[name] = value;
      // deno-lint-ignore no-explicit-any -- Deno has none
      delete (navigator as any).setAppBadge;
    },
  });
}

Deno.test("a hidden tab counts what is unread, and a page that is looked at asks nothing", async () => {
  using page = startPage();
  follow("/realtime", "me");
  await page.wait();
  assertEquals(page.sockets, []);
  // Whoever goes to another page leaves this one hidden for a moment, too.
  await page.hide(true);
  await page.hide(false);
  await page.wait();
  assertEquals([page.sockets.length, page.asked], [0, 0]);
  await page.hide(true);
  await page.wait();
  const [socket] = page.sockets;
  assertEquals(String(socket.url), "ws://here.test/realtime");
  socket.onopen?.();
  socket.say({ event: "identified", userId: "me" });
  await page.wait();
  assertEquals(socket.sent, [
    { event: "identify", token: "t" },
    { event: "summaries" },
  ]);
  const rooms = { a: summary(2, 0), b: summary(1, 1) };
  socket.say({ event: "summaries", rooms, next: "b" });
  assertEquals(socket.sent.at(-1), { event: "summaries", after: "b" });
  assertEquals([page.title, page.badges.at(-1)], ["(@3) Account", 3]);
  const news = { event: "room-news", roomId: "a", epoch: "e", after: 2 };
  socket.say({ ...news, offset: 3, by: { ann: 1 }, last: null });
  assertEquals([page.title, page.badges.at(-1)], ["(@4) Account", 4]);
  socket.say({ event: "read", roomId: "a", offset: 3 });
  assertEquals([page.title, page.badges.at(-1)], ["(@1) Account", 1]);
  await page.hide(false);
  assertEquals([page.title, socket.closed], ["Account", true]);
  socket.say({ event: "read", roomId: "b", offset: 1 });
  assertEquals(page.title, "Account");
  await page.wait();
  assertEquals(page.sockets.length, 1);
});

Deno.test("a socket that is lost comes back while the tab is hidden, and never after a sign-out", async () => {
  using page = startPage();
  follow("/realtime", "me");
  await page.hide(true);
  await page.wait();
  page.sockets[0].onclose?.();
  assertEquals(page.waiting(), 1);
  await page.wait();
  assertEquals(page.sockets.length, 2);
  // What came meanwhile is asked for, and what is missed later.
  const again = page.sockets[1];
  again.onopen?.();
  again.say({ event: "identified", userId: "me" });
  await page.wait();
  again.say({ event: "summaries", rooms: { a: summary(2, 0) }, next: null });
  const news = { event: "room-news", roomId: "a", epoch: "e", after: 3 };
  again.say({ ...news, offset: 4, by: { ann: 1 }, last: null });
  await page.wait();
  assertEquals(again.sent.slice(1), [
    { event: "summaries" },
    { event: "summaries", rooms: ["a"] },
  ]);
  page.tokens = 503;
  page.sockets[1].onclose?.();
  await page.wait();
  assertEquals([page.sockets.length, page.waiting()], [2, 1]);
  page.tokens = 401;
  await page.wait();
  assertEquals([page.sockets.length, page.waiting()], [2, 0]);
  page.tokens = 200;
  await page.hide(false);
  await page.hide(true);
  await page.wait();
  assertEquals([page.sockets.length, page.waiting()], [2, 0]);
});

Deno.test("whoever is refused by the service tries again later and later", async () => {
  using page = startPage();
  follow("/realtime", "me");
  await page.hide(true);
  for (let n = 0; n < 3; n++) {
    await page.wait();
    const socket = page.sockets.at(-1)!;
    socket.onopen?.();
    const code = "token-invalid";
    socket.say({ event: "error", code, message: "No.", retryable: false });
    socket.onclose?.();
  }
  assertEquals([page.sockets.length, page.lastWait >= 4_000], [3, true]);
});
