import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import type {
  EntryFrame,
  HistoryPage,
  Message,
  ServerFrame,
} from "../../realtime/protocol.ts";
import { changed } from "./entries.ts";
import { withOlder } from "./older.ts";
import {
  initialState,
  positionOf,
  reduce,
  type RoomState,
  type Unsent,
} from "./room-state.ts";

const ME = { id: "me", name: "Me" };
const ADA = { id: "ada", name: "Ada" };
const ROOM = "room";
const WINDOW = 5;
type Joined = Extract<ServerFrame, { event: "room-joined" }>;

/** The server's side in the plainest words: a log, and what reading it gives. */
class Log {
  epoch = 1;
  entries: EntryFrame[] = [];

  get offset() {
    return this.entries.length;
  }

  append(entry: (at: Base) => EntryFrame): EntryFrame {
    const offset = this.offset + 1;
    const made = entry({ roomId: ROOM, epoch: `${this.epoch}`, offset });
    this.entries.push(made);
    return made;
  }

  say(content: string, sender = ADA, clientId?: string): EntryFrame {
    const known = this.entries.find((e) =>
      e.event === "new-message" && e.message.clientId === clientId
    );
    return known ?? this.append((at) => ({
      ...at,
      event: "new-message",
      message: {
        id: `m${at.offset}`,
        clientId: clientId ?? `c${at.offset}`,
        sender,
        content,
        timestamp: at.offset,
        offset: at.offset,
      },
    }));
  }

  all(): Message[] {
    const messages = new Map<string, Message>();
    for (const entry of this.entries) {
      if (entry.event === "new-message") {
        messages.set(entry.message.id, entry.message);
      } else {
        const message = messages.get(entry.id);
        if (message) messages.set(entry.id, changed(message, entry));
      }
    }
    return [...messages.values()];
  }

  page(before = Infinity, limit = WINDOW): HistoryPage {
    return {
      messages: this.all().filter((m) => m.offset < before).slice(-limit),
      epoch: `${this.epoch}`,
      offset: this.offset,
    };
  }

  join(since?: { epoch: string; offset: number }): Joined {
    const recovered = since?.epoch === `${this.epoch}` &&
      since.offset <= this.offset && this.offset - since.offset <= 8;
    return {
      event: "room-joined",
      roomId: ROOM,
      epoch: `${this.epoch}`,
      offset: this.offset,
      recovered,
      messages: recovered ? [] : this.page().messages,
      entries: recovered ? this.entries.slice(since.offset) : [],
      online: [ME],
    };
  }

  lose() {
    this.epoch++;
    this.entries = [];
  }
}
type Base = { roomId: string; epoch: string; offset: number };

const open = (log: Log) =>
  initialState({ roomId: ROOM, me: ME.id, history: log.page(), read: 0 });
const bare = (messages: Message[]) =>
  messages.map((message) => ({ ...message, upTo: undefined }));
const unsent = (clientId: string): Unsent => ({
  clientId,
  content: clientId,
  timestamp: 1,
  status: "sending",
});
const ack = (clientId: string, offset: number): ServerFrame => ({
  event: "message-ack",
  roomId: ROOM,
  clientId,
  id: `m${offset}`,
  offset,
  timestamp: 1,
});

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("say" as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("edit" as const, "delete" as const),
      which: fc.nat(30),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("react" as const),
      which: fc.nat(30),
      by: fc.constantFrom(ME, ADA),
      on: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "deliver" as const,
        "repeat" as const,
        "lose a frame" as const,
        "swap frames" as const,
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "send" as const,
        "arrive" as const,
        "reconnect" as const,
        "ask older" as const,
        "older arrives" as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("lose log" as const) }) },
);

Deno.test("whatever happens on the way, snapshot + events = later snapshot", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const log = new Log();
      for (let i = 0; i < 12; i++) log.say(`old ${i}`);
      let state = open(log);
      let wire: EntryFrame[] = [];
      let last: EntryFrame | undefined;
      let older: { before: number; page: HistoryPage } | undefined;
      let sent = 0;
      const sending: string[] = [];
      const put = (entry: EntryFrame) => {
        wire.push(entry);
        return entry;
      };
      const receive = (frame: ServerFrame) => state = reduce(state, frame);
      // What the connection does about a hole, and on every reconnect.
      const rejoin = () => {
        wire = [];
        receive(log.join(positionOf(state)));
        for (const one of state.unsent) {
          const entry = log.say(one.content, ME, one.clientId);
          receive(ack(one.clientId, entry.offset));
          receive(entry);
        }
      };

      for (const now of steps) {
        const target = "which" in now
          ? `m${1 + now.which % Math.max(1, log.offset)}`
          : "";
        if (now.do === "say") put(log.say(`text ${log.offset}`));
        if (now.do === "edit") {
          put(log.append((at) => ({
            ...at,
            event: "message-edited",
            id: target,
            content: `edited ${at.offset}`,
            timestamp: at.offset,
          })));
        }
        if (now.do === "delete") {
          put(log.append((at) => ({
            ...at,
            event: "message-deleted",
            id: target,
            timestamp: at.offset,
          })));
        }
        if (now.do === "react") {
          put(log.append((at) => ({
            ...at,
            event: "reaction",
            id: target,
            sender: now.by,
            emoji: "👍",
            on: now.on,
            timestamp: at.offset,
          })));
        }
        if (now.do === "deliver" && wire.length) receive(last = wire.shift()!);
        if (now.do === "repeat" && last) receive(last);
        if (now.do === "lose a frame") wire.shift();
        if (now.do === "swap frames") {
          wire.splice(0, 2, ...wire.slice(0, 2).reverse());
        }
        if (now.do === "send") {
          const clientId = `mine ${++sent}`;
          sending.push(clientId);
          state = reduce(state, { event: "send", ...unsent(clientId) });
        }
        if (now.do === "arrive" && sending.length) {
          const clientId = sending.shift()!;
          const entry = log.say(clientId, ME, clientId);
          if (!wire.includes(entry)) put(entry);
          receive(ack(clientId, entry.offset));
        }
        if (now.do === "reconnect") rejoin();
        if (now.do === "ask older" && state.messages.length) {
          const before = state.messages[0].offset;
          older = { before, page: log.page(before) };
        }
        if (now.do === "older arrives" && older) {
          state = withOlder(state, older.before, older.page);
          older = undefined;
        }
        if (now.do === "lose log") {
          log.lose();
          wire = [];
          last = undefined;
        }
        // At no time anything twice, out of order or with a gap.
        const offsets = state.messages.map((m) => m.offset);
        assertEquals(offsets, [...new Set(offsets)].sort((a, b) => a - b));
      }

      rejoin();
      assert(!state.recover);
      assertEquals(state.offset, log.offset);
      assertEquals(state.unsent, []);
      const first = state.messages[0]?.offset ?? Infinity;
      const later = log.all().filter((m) => m.offset >= first);
      assertEquals(bare(state.messages), bare(later));
      assertEquals(state.messages.length, new Set(later.map((m) => m.id)).size);
    }),
    { numRuns: 400 },
  );
});

Deno.test("a hole asks for recovery, applies nothing, and ends with it", () => {
  const log = new Log();
  log.say("one");
  let state = open(log);
  log.say("two");
  const three = log.say("three");
  state = reduce(state, three);
  assertEquals(state.recover, true);
  assertEquals(state.offset, 1);
  state = reduce(state, log.join(positionOf(state)));
  assertEquals(state.recover, false);
  assertEquals(state.messages.map((m) => m.content), ["one", "two", "three"]);
});

Deno.test("a recovery that is already out of date asks again", () => {
  const log = new Log();
  log.say("one");
  const state = open(log);
  const since = positionOf(state);
  log.say("two");
  const answer = log.join(since);
  const stale = { ...answer, offset: answer.offset + 1 };
  assertEquals(reduce(state, stale).recover, true);
});

Deno.test("a frame of another epoch asks for recovery", () => {
  const log = new Log();
  log.say("one");
  const state = open(log);
  log.lose();
  assertEquals(reduce(state, log.say("new world")).recover, true);
});

Deno.test("a fresh window replaces what was there, and keeps what is unsent", () => {
  const log = new Log();
  log.say("one");
  let state = reduce(open(log), { event: "send", ...unsent("mine") });
  log.lose();
  log.say("two");
  state = reduce(state, log.join(positionOf(state)));
  assertEquals(state.messages.map((m) => m.content), ["two"]);
  assertEquals(state.unsent.map((u) => u.status), ["sending"]);
});

Deno.test("a fresh window knows what comes before it, and takes only a page as new", () => {
  const log = new Log();
  let state = open(log);
  for (let i = 0; i < 20; i++) log.say(`${i}`);
  const stale = { ...log.page(16), offset: 19 };
  state = reduce(state, log.join(positionOf(state)));
  assertEquals(state.messages[0].offset, 16);
  assertEquals(state.more, true);
  assertStrictEquals(withOlder(state, 16, stale), state);
  assertEquals(withOlder(state, 16, log.page(16)).messages[0].offset, 11);
});

Deno.test("a repeated frame and one of another room change nothing", () => {
  const log = new Log();
  const one = log.say("one");
  const state = open(log);
  assertStrictEquals(reduce(state, one), state);
  assertStrictEquals(reduce(state, { ...one, roomId: "other" }), state);
});

Deno.test("an ack and the entry may come in either order", () => {
  const log = new Log();
  const before = reduce(open(log), { event: "send", ...unsent("mine") });
  const entry = log.say("mine", ME, "mine");
  const acked = reduce(before, ack("mine", 1));
  assertEquals(acked.unsent.map((u) => u.status), ["sent"]);
  assertEquals(reduce(before, entry).unsent, []);
  for (
    const state of [
      reduce(acked, entry),
      reduce(reduce(before, entry), ack("mine", 1)),
    ]
  ) {
    assertEquals(state.unsent, []);
    assertEquals(state.messages.map((m) => m.clientId), ["mine"]);
  }
});

const failure = (retryable: boolean): ServerFrame => ({
  event: "error",
  code: "no",
  message: "Not now.",
  retryable,
  ref: "mine",
});

Deno.test("an error fails a message, unless it may be sent again or is acknowledged", () => {
  const log = new Log();
  const start = reduce(open(log), { event: "send", ...unsent("mine") });
  const status = (state: RoomState) => state.unsent[0].status;
  assertEquals(status(reduce(start, failure(false))), "failed");
  assertEquals(reduce(start, failure(false)).unsent[0].reason, "Not now.");
  assertEquals(status(reduce(start, failure(true))), "sending");
  assertEquals(
    status(reduce(reduce(start, ack("mine", 7)), failure(false))),
    "sent",
  );
});

Deno.test("a failed message can be tried again or discarded", () => {
  const failed = reduce(
    reduce(open(new Log()), { event: "send", ...unsent("mine") }),
    failure(false),
  );
  const again = reduce(failed, { event: "retry", clientId: "mine" });
  assertEquals(again.unsent.map((u) => [u.status, u.reason]), [[
    "sending",
    undefined,
  ]]);
  const gone = reduce(failed, { event: "discard", clientId: "mine" });
  assertEquals(gone.unsent, []);
});

Deno.test("an older page that missed an edit is not taken", () => {
  const log = new Log();
  for (let i = 0; i < 9; i++) log.say(`${i}`);
  let state = open(log);
  const page = log.page(state.messages[0].offset);
  state = reduce(
    state,
    log.append((at) => ({
      ...at,
      event: "message-edited",
      id: page.messages[0].id,
      content: "corrected",
      timestamp: 1,
    })),
  );
  const before = state.messages[0].offset;
  assertStrictEquals(withOlder(state, before, page), state);
  const good = withOlder(state, before, log.page(before));
  assertEquals(good.messages[0].content, "corrected");
  assertEquals(good.more, false);
});

Deno.test("typing, presence and the read position follow the frames", () => {
  let state = open(new Log());
  state = reduce(state, { event: "typing", roomId: ROOM, sender: ADA });
  state = reduce(state, { event: "typing", roomId: ROOM, sender: ADA });
  assertEquals(state.typing, [ADA]);
  assertEquals(
    reduce(state, { event: "typing-ended", id: ADA.id }).typing,
    [],
  );
  const log = new Log();
  assertEquals(reduce(state, { ...log.say("said"), epoch: "1" }).typing, []);
  state = reduce(state, { event: "presence", roomId: ROOM, online: [ADA] });
  assertEquals(state.online, [ADA]);
  state = reduce(state, { event: "read", roomId: ROOM, offset: 4 });
  assertEquals(
    reduce(state, { event: "read", roomId: ROOM, offset: 2 }).read,
    4,
  );
});

Deno.test("a long log is trimmed to its newest messages", () => {
  const log = new Log();
  for (let i = 0; i < 5; i++) log.say(`${i}`);
  const state = reduce(open(log), { event: "trim", keep: 2 });
  assertEquals(state.messages.map((m) => m.content), ["3", "4"]);
  assert(state.more);
});
