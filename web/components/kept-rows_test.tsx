import { assert, assertEquals } from "@std/assert";
import { render } from "preact-render-to-string";
import type { Message } from "../../realtime/protocol.ts";
import { Row, type RowProps } from "../client/drawn/Row.tsx";
import { type Clock, UNKNOWN } from "../client/drawn/times.ts";
import "./kept-rows.tsx";

const ADA = { id: "ada", name: "Ada" };
const GRACE = { id: "grace", name: "Grace" };
const plain: Message = {
  id: "m1",
  clientId: "c1",
  sender: ADA,
  content: "**Bold** <b>&amp;</b> https://example.com/?a=1&b=2 \u05d0",
  timestamp: Date.UTC(2026, 2, 4, 12),
  offset: 1,
};
const MESSAGES: Message[] = [
  plain,
  { ...plain, content: "- one\n- two\n\n> said\n\n```\n<script>\n```" },
  { ...plain, editedAt: plain.timestamp + 1 },
  { ...plain, content: "", deletedAt: plain.timestamp + 1 },
  { ...plain, content: "@Grace look", mentions: [GRACE] },
  { ...plain, reactions: { "👍": ["ada", "grace"], "🎉": ["grace"] } },
  { ...plain, replyTo: "m0" },
  { ...plain, sender: { id: "ada", name: 'Ada "<i>" (2)' } },
  {
    ...plain,
    files: [{ id: "f1", name: "a & b.txt", type: "text/plain", size: 7 }],
  },
  {
    ...plain,
    preview: { address: "https://example.com/?a=1&b=2", title: "A <title>" },
  },
  {
    ...plain,
    voice: { clip: "v1", ms: 1_000, peaks: [1, 2, 3], words: [] },
  },
];
const CLOCKS: Clock[] = [UNKNOWN, { language: "de", zone: "Asia/Tokyo" }];
const NAMES: RowProps["names"][] = [undefined, { ada: "Ada", grace: "Grace" }, {
  grace: "G. H.",
}];

const all: RowProps[] = MESSAGES.flatMap((message) =>
  ["ada", "grace"].flatMap((me) =>
    CLOCKS.flatMap((clock) =>
      NAMES.flatMap((names) =>
        [true, false].map((head): RowProps => ({
          ...{ room: "r1", message, head, me, clock, names, alive: false },
          hue: head ? 3 : 7,
          quoted: head ? { ...plain, id: "m0", sender: GRACE } : undefined,
        }))
      )
    )
  )
);

Deno.test("what was drawn before is as if it were drawn now, whoever reads and whatever people are called", () => {
  const drawnNow = all.map((props) => render(<Row {...props} />));
  assert(new Set(drawnNow).size > MESSAGES.length * 4);
  // Rows of a room's own page are kept; the second time they come from there.
  for (let n = 0; n < 2; n++) {
    const rows = all.map((props) => render(<Row {...props} whole={false} />));
    assertEquals(rows, drawnNow);
  }
});
