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

/** A page on which the server's markup of a row stands, for as long as `look` takes. */
function onPage(innerHTML: string, look: () => void) {
  // As an element has it: by way of its class.
  const row = Object.create({ innerHTML });
  const getElementById = (id: string) => id === "m1" ? row : null;
  Reflect.set(globalThis, "document", { getElementById });
  try {
    look();
  } finally {
    Reflect.deleteProperty(globalThis, "document");
  }
}

Deno.test("a row stays as the server sent it until something of it changes", () => {
  onPage("<p>as sent</p>", () => {
    const row = new Row({ ...props, alive: false });
    row.render(row.props);
    // As Preact does where it finds another markup than it is to show.
    row.sent!.innerHTML = "";
    const awake = {
      ...props,
      alive: true,
      whole: true,
      clock: { zone: "UTC" },
    };
    assertEquals(row.shouldComponentUpdate(awake), false);
    const edited = { ...props.message, content: "other" };
    for (
      const more of [{ message: edited }, { head: false }, { names: {} }]
    ) {
      assertEquals(row.shouldComponentUpdate({ ...props, ...more }), true);
    }
    // In the page by now.
    row.base = row.sent!;
    row.componentDidMount();
    assertEquals(row.sent!.innerHTML, "<p>as sent</p>");
    const after = render(row.render({ ...props, message: edited }));
    assertStringIncludes(after, "other");
    // Of what is drawn here all counts.
    const other = { ...row.props, clock: { zone: "UTC" } };
    assertEquals(row.shouldComponentUpdate(other), true);
  });
});

Deno.test("a row that comes later is drawn, also on a page that has others", () => {
  onPage("<p>as sent</p>", () => {
    const next = { ...props.message, id: "m2", content: "came later" };
    const html = render(<Row {...props} message={next} />);
    assertStringIncludes(html, "came later");
  });
});
