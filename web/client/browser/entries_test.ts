import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import type { Message } from "../../../realtime/protocol.ts";
import { applyAmendments } from "../../../realtime/log/amending.ts";
import { entryFrame } from "../../../realtime/log/frame-text.ts";
import { amendmentEntry, messageEntry } from "../../../realtime/log/making.ts";
import { withEntry } from "./entries.ts";

const ADA = { id: "ada", name: "Ada" };
const origin = { roomId: "r", clientId: "c", sender: ADA, timestamp: 1 };
const first = {
  ...messageEntry(origin, {
    content: "hello",
    voice: { clip: "clip" },
    files: [{ id: "f", name: "tea.jpg", type: "image/jpeg", size: 9 }],
  }),
  epoch: "1",
  offset: 1,
};
const message = () => applyAmendments([first], [])[0];

const amendment = fc.oneof(
  fc.record({ kind: fc.constant("e" as const), content: fc.string() }),
  fc.record({
    kind: fc.constant("e" as const),
    content: fc.constant("as it was"),
    preview: fc.record({
      address: fc.constantFrom("hello", "elsewhere"),
      title: fc.option(fc.constant("A page"), { nil: undefined }),
    }),
  }),
  fc.record({
    kind: fc.constant("e" as const),
    content: fc.constant("as it was"),
    preview: fc.constant({ address: "" }),
    shed: fc.constant(true as const),
  }),
  fc.record({ kind: fc.constant("d" as const) }),
  fc.record({
    kind: fc.constant("r" as const),
    emoji: fc.constantFrom("👍", "🎉"),
    on: fc.boolean(),
  }),
);
const change = fc.record({
  by: fc.constantFrom("ada", "grace", "linus"),
  amendment,
});

Deno.test("the browser applies entries as the server does", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
      const entries = changes.map(({ by, amendment }, index) => ({
        ...amendmentEntry(
          { ...origin, sender: { id: by, name: by }, timestamp: index + 2 },
          message(),
          amendment,
        ),
        epoch: "1",
        offset: index + 2,
      }));
      const here = entries.map((entry) => entryFrame("r", entry))
        .reduce(withEntry, [message()]);
      // As it would come over the wire: without what is undefined.
      assertEquals(
        JSON.parse(JSON.stringify(here)),
        applyAmendments([first], entries),
      );
    }),
  );
});

Deno.test("what its sender kept elsewhere goes from a message, which nobody edited", () => {
  const shed = {
    ...amendmentEntry(origin, message(), {
      ...{ kind: "e", content: "hello", shed: true },
      preview: { address: "" },
    }),
    epoch: "1",
    offset: 2,
  };
  const [now] = withEntry([message()], entryFrame("r", shed));
  const { content, voice, files, editedAt } = now;
  assertEquals(
    { content, voice, files, editedAt },
    {
      ...{ content: "hello", voice: undefined },
      ...{ files: undefined, editedAt: undefined },
    },
  );
});

const made = {
  roomId: "r",
  epoch: "1",
  clientId: "c2",
  sender: ADA,
  timestamp: 1,
};

Deno.test("an entry about no message of the window leaves it as it is", () => {
  const messages: Message[] = [message()];
  const entry = {
    ...made,
    event: "message-deleted" as const,
    offset: 9,
    id: "other",
  };
  assertStrictEquals(withEntry(messages, entry), messages);
});

Deno.test("an entry a page already knew is not applied again", () => {
  const edited = { ...message(), content: "newer", upTo: 5 };
  const entry = {
    ...made,
    event: "message-edited" as const,
    offset: 4,
    id: edited.id,
    content: "older",
  };
  assertEquals(withEntry([edited], entry)[0].content, "newer");
});
