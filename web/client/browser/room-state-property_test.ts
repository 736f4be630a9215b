import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type {
  EntryFrame,
  Message,
  ServerFrame,
} from "../../../realtime/protocol.ts";
import type { HistoryPage } from "../../../realtime/protocol-http.ts";
import { withNewer, withOlder } from "./older.ts";
import { initialState, positionOf, reduce } from "./room-state.ts";
import { ack, ADA, Log, ME, open, unsent } from "./testing/log.ts";

const bare = (messages: Message[]) =>
  messages.map((message) => ({ ...message, upTo: undefined }));

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
        "ask newer" as const,
        "newer arrives" as const,
        "go to newest" as const,
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("open earlier" as const) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("lose log" as const) }) },
);

/** A part that has no messages, as of a log that was trimmed, and what comes after it. */
const EMPTY_PART = [
  { do: "lose log" as const },
  { do: "react" as const, which: 0, by: ME, on: false },
  { do: "say" as const },
  { do: "react" as const, which: 0, by: ME, on: false },
  { do: "react" as const, which: 0, by: ME, on: false },
  { do: "say" as const },
  { do: "open earlier" as const },
];

Deno.test("whatever happens on the way, snapshot + events = later snapshot", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const log = new Log();
      for (let i = 0; i < 12; i++) log.say(`old ${i}`);
      let state = open(log);
      let wire: EntryFrame[] = [];
      let last: EntryFrame | undefined;
      let older: { before: number; page: HistoryPage } | undefined;
      let newer: { after: number; page: HistoryPage } | undefined;
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
        if (now.do === "open earlier" && log.offset > 4) {
          const page = log.page(log.offset - 3);
          const { read } = state;
          const init = { roomId: state.roomId, me: ME.id, history: page, read };
          const unsent = state.unsent.filter((one) => one.status !== "sent");
          state = initialState({ ...init, behind: true });
          for (const one of unsent) {
            state = reduce(state, { event: "send", ...one });
          }
        }
        if (now.do === "ask newer" && state.messages.length) {
          const after = state.messages.at(-1)!.offset;
          newer = { after, page: log.after(after) };
        }
        if (now.do === "newer arrives" && newer) {
          state = withNewer(state, newer.after, newer.page);
          newer = undefined;
        }
        if (now.do === "go to newest") {
          state = reduce(state, { event: "newest" });
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
      for (let pages = 0; state.behind; pages++) {
        assert(pages < log.offset, "the newest messages never come");
        const after = state.messages.at(-1)?.offset ?? 0;
        state = withNewer(state, after, log.after(after));
      }
      assert(!state.recover);
      assertEquals(state.offset, log.offset);
      assertEquals(state.unsent, []);
      const first = state.messages[0]?.offset ?? Infinity;
      const later = log.all().filter((m) => m.offset >= first);
      assertEquals(bare(state.messages), bare(later));
      assertEquals(state.messages.length, new Set(later.map((m) => m.id)).size);
    }),
    { numRuns: 400, examples: [[EMPTY_PART]] },
  );
});
