import { assertEquals, assertStringIncludes } from "@std/assert";
import { render } from "preact-render-to-string";
import { Row, type RowProps } from "./Row.tsx";

const props: RowProps = {
  room: "r1",
  message: {
    id: "m1",
    clientId: "c1",
    sender: { id: "ada", name: "Ada" },
    content: "see <b> https://ex.test/a",
    timestamp: 0,
    offset: 1,
  },
  head: true,
  me: "ada",
  alive: true,
  clock: {},
};

Deno.test("a message is readable before rows are drawn whole, and whole from then on", async () => {
  const before = render(<Row {...props} status="sending" />);
  for (const part of ["Ada", "see &lt;b> https://ex.test/a", "sending"]) {
    assertStringIncludes(before, part);
  }
  assertEquals(before.match(/<a /g), null);
  await import("./whole-row.tsx");
  const after = render(<Row {...props} />);
  assertStringIncludes(after, 'href="https://ex.test/a"');
  assertStringIncludes(after, 'href="/rooms/r1/messages/m1"');
});
