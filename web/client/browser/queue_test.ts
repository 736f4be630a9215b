import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { openPending } from "./pending.ts";
import { type OpenRoom, openRoom } from "./room.ts";
import { initialState, type RoomState } from "./room-state.ts";
import { TIMING } from "./socket.ts";
import { QueueServer } from "./testing/queue.ts";
import { fakeStorage } from "./testing/server.ts";

/** Opens the room as a tab does. */
function openTab(server: QueueServer, storage: Storage) {
  const tab = fakeStorage();
  let state = initialState({
    roomId: "room",
    me: "me",
    history: { messages: [], epoch: "1", offset: 0 },
    read: 0,
  });
  const room = openRoom({
    state,
    url: server.url,
    token: { token: "t", expiresAt: Infinity },
    renew: () => Promise.reject(new Error("web is down")),
    timing: { ...TIMING, first: 0, longest: 0, renewAge: Infinity },
    storage: () => storage,
    tab: () => tab,
    onChange: (next) => state = next,
    onState() {},
    onNotice() {},
  });
  return { room, state: () => state };
}

const act = (room: OpenRoom, kind: string, n: number) => {
  if (kind === "send") room.send(`${n}`);
  if (kind === "edit") {
    room.request({ event: "edit-message", id: "m", content: `${n}` });
  }
  if (kind === "delete") {
    room.request({ event: "delete-message", id: `${n}` });
  }
  if (kind === "react") {
    room.request({ event: "react", id: `${n}`, emoji: "👍", on: true });
  }
};

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom("send", "send", "edit", "delete", "react"),
  },
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      "take",
      "take and lose the answer",
      "refuse",
      "refuse for good",
      "wait",
      "cut",
      "lose network",
      "find network",
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom("reload", "second tab", "other tab", "hear"),
  },
);

Deno.test("whatever is refused or lost, what a person wrote is stored in that order, once", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      using server = new QueueServer();
      const storage = fakeStorage();
      const tabs = [openTab(server, storage)];
      const written: string[] = [];
      const refused = new Set<string>();
      let which = 0;
      const heed = () => tabs.forEach(({ room }) => room.heed(true));
      for (const now of steps) {
        const { room, state } = tabs[which];
        if (["send", "edit", "delete", "react"].includes(now)) {
          const before = new Set(state().unsent.map((u) => u.clientId));
          act(room, now, written.length);
          const made = state().unsent.findLast((u) => !before.has(u.clientId))!;
          written.push(made.clientId);
        }
        if (now === "take") server.take();
        if (now === "take and lose the answer") server.take(false);
        if (now === "refuse") server.refuse(true);
        if (now === "refuse for good") {
          const id = server.refuse(false);
          if (id) refused.add(id);
        }
        if (now === "wait") server.time.tick(3_000);
        if (now === "cut") server.cut();
        if (now === "lose network") server.up = false;
        if (now === "find network") server.up = true;
        if (now === "reload") {
          room.close();
          tabs[which] = openTab(server, storage);
        }
        if (now === "second tab" && tabs.length < 2) {
          tabs.push(openTab(server, storage));
        }
        if (now === "other tab") which = (which + 1) % tabs.length;
        if (now === "hear") heed();
        server.settle();
      }
      server.up = true;
      for (let i = 0; i < written.length * 4 + 20; i++) {
        heed();
        server.time.tick(6_000);
        server.settle();
        while (server.take()) server.settle();
      }
      const wanted = written.filter((id) =>
        !refused.has(id) || server.stored.includes(id)
      );
      assertEquals(server.stored, wanted);
      const pending = openPending("me", "room", () => storage);
      const left = pending.list().map((u) => u.clientId);
      assertEquals(
        left.filter((id) => !refused.has(id)),
        [],
      );
      tabs.forEach(({ room }) => room.close());
    }),
    { numRuns: 300 },
  );
});

/** A room that is live, in one tab or more, and what a test says of it. */
function setUp(work: (server: QueueServer, storage: Storage) => void) {
  using server = new QueueServer();
  work(server, fakeStorage());
}

const texts = (state: RoomState) =>
  state.unsent.map((u) => [u.content || u.request?.event, u.reason]);

Deno.test("a refused message holds back the later ones until it is taken", () =>
  setUp((server, storage) => {
    const { room } = openTab(server, storage);
    server.settle();
    for (let i = 1; i <= 6; i++) room.send(`${i}`);
    server.refuse(true);
    server.settle();
    assertEquals(server.take(), undefined);
    server.time.tick(3_000);
    while (server.take()) server.settle();
    assertEquals(server.contents, ["1", "2", "3", "4", "5", "6"]);
    room.close();
  }));

Deno.test("written at one moment, by a clock that goes back, it is in order after a reload", () =>
  setUp((server, storage) => {
    server.up = false;
    const { room } = openTab(server, storage);
    for (let i = 0; i < 60; i++) {
      if (i === 30) server.time.now -= 10_000;
      room.send(`${i}`);
    }
    room.close();
    server.up = true;
    const again = openTab(server, storage);
    server.settle();
    while (server.take()) server.settle();
    assertEquals(server.contents, Array.from({ length: 60 }, (_, i) => `${i}`));
    again.room.close();
  }));

Deno.test("an edit, a deletion and a reaction wait with the messages, over a reload", () =>
  setUp((server, storage) => {
    server.up = false;
    const tab = openTab(server, storage);
    act(tab.room, "edit", 1);
    act(tab.room, "send", 2);
    act(tab.room, "delete", 3);
    act(tab.room, "react", 4);
    assertEquals(texts(tab.state()), [
      ["edit-message", "Waiting to send"],
      ["2", undefined],
      ["delete-message", "Waiting to send"],
      ["react", "Waiting to send"],
    ]);
    tab.room.close();
    server.up = true;
    const again = openTab(server, storage);
    server.settle();
    while (server.take()) server.settle();
    assertEquals(server.events, [
      "edit-message",
      "chat-message",
      "delete-message",
      "react",
    ]);
    assertEquals(again.state().unsent, []);
    again.room.close();
  }));

Deno.test("what one tab discards, another does not send, whether it heard of it or not", () => {
  for (const hears of [true, false]) {
    setUp((server, storage) => {
      server.up = false;
      const one = openTab(server, storage);
      one.room.send("no");
      one.room.send("yes");
      const two = openTab(server, storage);
      two.room.discard(two.state().unsent[0].clientId);
      if (hears) {
        one.room.heed();
        assertEquals(texts(one.state()), [["yes", undefined]]);
      }
      server.up = true;
      server.time.tick(60_000);
      server.settle();
      while (server.take()) server.settle();
      assertEquals(server.contents, ["yes"]);
      one.room.close();
      two.room.close();
    });
  }
});

Deno.test("what another tab left is taken over, before what is written here", () =>
  setUp((server, storage) => {
    const one = openTab(server, storage);
    const two = openTab(server, storage);
    server.up = false;
    server.settle();
    one.room.send("from one");
    one.room.close();
    two.room.send("from two");
    assertEquals(texts(two.state()), [
      ["from one", undefined],
      ["from two", undefined],
    ]);
    server.up = true;
    server.time.tick(60_000);
    server.settle();
    while (server.take()) server.settle();
    assertEquals(server.contents, ["from one", "from two"]);
    two.room.close();
  }));

Deno.test("a queue is never split by its age", () =>
  setUp((server, storage) => {
    const pending = openPending("me", "room", () => storage);
    const keep = (clientId: string, age: number) =>
      pending.keep({
        clientId,
        content: clientId,
        timestamp: server.time.now - age,
      });
    keep("old", 4_000_000);
    keep("new", 1_000);
    const { room } = openTab(server, storage);
    server.settle();
    while (server.take()) server.settle();
    assertEquals(server.contents, ["old", "new"]);
    room.close();
  }));
