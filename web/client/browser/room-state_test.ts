import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { ServerFrame } from "../../../realtime/protocol.ts";
import { withOlder } from "./older.ts";
import { positionOf, reduce, type RoomState } from "./room-state.ts";
import { ack, ADA, Log, ME, open, ROOM, unsent } from "./testing/log.ts";

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

Deno.test("a message that waits goes on by itself, and a second try forgets the wait", () => {
  const start = reduce(open(new Log()), { event: "send", ...unsent("mine") });
  const late = reduce(start, { event: "late", clientId: "mine" });
  assertEquals(late.unsent[0].status, "sending");
  assertEquals(late.unsent[0].reason, "Waiting to send");
  const again = reduce(late, { event: "retry", clientId: "mine" });
  assertEquals(again.unsent[0].reason, undefined);
  const sent = reduce(reduce(late, ack("mine", 1)), {
    event: "late",
    clientId: "mine",
  });
  assertEquals(sent.unsent[0].status, "sent");
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

Deno.test("people are called what the page and later frames say, in old messages too", () => {
  const log = new Log();
  log.say("one");
  let state = open(log);
  state = reduce(state, { event: "presence", roomId: ROOM, online: [ADA] });
  const before = state.messages;
  const names = { [ADA.id]: "Augusta" };
  state = reduce(state, { event: "names", roomId: ROOM, names });
  const called = () =>
    [
      ...state.messages.map((m) => m.sender),
      ...state.online,
      ...state.typing,
    ].filter(({ id }) => id === ADA.id).map(({ name }) => name);
  assert(called().length > 1 && called().every((it) => it === "Augusta"));
  // What comes later under the old name is theirs as well.
  state = reduce(state, log.say("two"));
  state = reduce(state, { event: "typing", roomId: ROOM, sender: ADA });
  assert(called().length > 3 && called().every((it) => it === "Augusta"));
  // A message that is right already stays the same object, or it would be drawn again.
  const [first] = state.messages;
  state = reduce(state, log.say("three"));
  assertStrictEquals(state.messages[0], first);
  assert(before[0] !== first);
  log.lose();
  log.say("anew");
  state = reduce(state, log.join(positionOf(state)));
  assertEquals(called()[0], "Augusta");
});
