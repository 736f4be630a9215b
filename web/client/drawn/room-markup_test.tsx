import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { render } from "preact-render-to-string";
import type { Message } from "../../../realtime/protocol.ts";
import Room, { type RoomProps } from "../../islands/Room.tsx";
import "./whole-row.tsx";
import { Row, type RowProps } from "./Row.tsx";
import { UNKNOWN } from "./times.ts";

const ADA = { id: "ada", name: "Ada" };
const GRACE = { id: "grace", name: "Grace" };
const MINUTE = 60_000;
const NOON = Date.UTC(2026, 2, 4, 12);

const message = (offset: number, more: Partial<Message> = {}): Message => ({
  id: `m${offset}`,
  clientId: `c${offset}`,
  sender: ADA,
  content: `text ${offset}`,
  timestamp: NOON + offset * MINUTE,
  offset,
  ...more,
});

/** The room as the server sends it, which is what there is without script. */
const html = (messages: Message[], more: Partial<RoomProps> = {}) =>
  render(
    <Room
      room={{ id: "r1", name: "Tea & biscuits" }}
      me={GRACE}
      clock={UNKNOWN}
      role="member"
      history={{
        messages,
        epoch: "1",
        offset: messages.at(-1)?.offset ?? 0,
      }}
      read={messages.at(-1)?.offset ?? 0}
      token="t"
      tokenExpiresAt={0}
      wsUrl="ws://localhost"
      transcriberUrl="http://localhost"
      transcriber="ready"
      {...more}
    />,
  );
const count = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].length;

Deno.test("without script the composer is a form that posts", () => {
  const page = html([message(1)], {
    draft: "<kept> & safe",
    error: "Messages cannot be stored now.",
  });
  assertStringIncludes(
    page,
    'method="post" id="write"',
  );
  assertStringIncludes(page, 'name="content"');
  assertStringIncludes(page, "&lt;kept> &amp; safe</textarea>");
  assertStringIncludes(page, "Messages cannot be stored now.");
  const id = /name="clientId" value="([^"]+)"/.exec(page)![1];
  assert(/^[\w.:-]{1,64}$/.test(id));
  assert(!html([]).includes(id));
});

Deno.test("messages of one person share a heading, until time or a day parts them", () => {
  const page = html([
    message(1),
    message(2),
    message(3, { timestamp: NOON + 20 * MINUTE }),
    message(4, { sender: GRACE, timestamp: NOON + 21 * MINUTE }),
    message(5, { sender: GRACE, timestamp: NOON + 14 * 60 * MINUTE }),
  ]);
  assertEquals(count(page, /class="by"/g), 4);
  assertEquals(count(page, /<h2>/g), 2);
  assertStringIncludes(page, "<h2>4 March 2026 (UTC)</h2>");
  assertStringIncludes(page, 'datetime="2026-03-04T12:01:00.000Z"');
});

Deno.test("a heading holds for five minutes, however close the messages follow each other", () => {
  const page = html([1, 5, 6, 7, 11, 12].map((offset) => message(offset)));
  const headed = [...page.matchAll(/class="message (\w*) *" id="(\w+)"/g)]
    .filter(([, head]) => head).map(([, , id]) => id);
  assertEquals(headed, ["m1", "m7"]);
});

Deno.test("what is new to the reader is marked once, but not what they wrote", () => {
  const messages = [
    message(1),
    message(2, { sender: GRACE }),
    message(3),
    message(4),
  ];
  const page = html(messages, { read: 1 });
  assertEquals(count(page, /class="new"/g), 1);
  assert(page.indexOf('class="new"') > page.indexOf("text 2"));
  assert(page.indexOf('class="new"') < page.indexOf("text 3"));
  assertEquals(count(html(messages), /class="new"/g), 0);
  // What comes while somebody who has read it all looks on is not marked.
  const later = html([...messages, message(5)], {
    read: 4,
    history: { messages: [...messages, message(5)], epoch: "1", offset: 4 },
  });
  assertEquals(count(later, /class="new"/g), 0);
});

Deno.test("deletions, edits, reactions and replies are told", () => {
  const page = html([
    message(1, { content: "", deletedAt: NOON }),
    message(2, { editedAt: NOON, reactions: { "👍": ["grace", "ada"] } }),
    message(3, { replyTo: "m2" }),
    message(4, { replyTo: "long ago" }),
  ], { names: { ada: "Ada", grace: "Grace" } });
  assertStringIncludes(page, "This message was deleted.");
  assertStringIncludes(page, ">edited<");
  assertStringIncludes(page, 'aria-pressed="true"');
  assertStringIncludes(page, 'title="you, Ada"');
  assertStringIncludes(page, "👍 2");
  assertStringIncludes(page, '<b dir="auto">Ada</b> <bdi>text 2</bdi>');
  assertStringIncludes(page, "In reply to an earlier message");
});

Deno.test("older messages are a link, where there are any", () => {
  assertStringIncludes(html([message(7)]), 'href="/rooms/r1?before=7"');
  assert(!html([message(1)]).includes("?before="));
});

Deno.test("a room whose messages cannot be reached says so and can still be written in", () => {
  const page = html([], { history: null });
  assertStringIncludes(page, ">Messages are unavailable now. <");
  assert(!page.includes("No messages yet"));
  assertStringIncludes(page, "<textarea");
  assertStringIncludes(html([]), "No messages yet.");
});

Deno.test("content is text, whatever it looks like", () => {
  const page = html([message(1, { content: "<img src=x onerror=alert(1)>" })]);
  assertStringIncludes(page, "&lt;img src=x");
});

const row = (more: Partial<RowProps>): RowProps => ({
  message: message(1),
  head: true,
  me: GRACE.id,
  alive: true,
  clock: UNKNOWN,
  quoted: undefined,
  status: undefined,
  reason: undefined,
  ...more,
});

Deno.test("one that waits can be discarded, one that failed also tried again", () => {
  const offers = (more: Partial<RowProps>) =>
    [...render(<Row {...row(more)} />).matchAll(/data-do="(\w+)"/g)]
      .map(([, what]) => what);
  assertEquals(offers({}), ["react", "more"]);
  assertEquals(offers({ status: "sending" }), []);
  assertEquals(offers({ status: "sending", reason: "Waiting to send" }), [
    "discard",
  ]);
  assertEquals(offers({ status: "failed", reason: "You may not." }), [
    "retry",
    "discard",
  ]);
});

Deno.test("a row is drawn again only for a reason", () => {
  const props = row({});
  const drawn = new Row(props);
  assertEquals(drawn.shouldComponentUpdate({ ...props }), false);
  for (const more of [{ head: false }, { status: "failed" as const }]) {
    assertEquals(drawn.shouldComponentUpdate({ ...props, ...more }), true);
  }
  const edited = { ...props.message, content: "other" };
  assert(drawn.shouldComponentUpdate({ ...props, message: edited }));
});
