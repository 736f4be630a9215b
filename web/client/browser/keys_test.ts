import { assertEquals } from "@std/assert";
import { listenForKeys } from "./keys.ts";

/** What the keys did in a composer like this. */
function done(
  composer: Partial<HTMLTextAreaElement>,
  press: Partial<KeyboardEvent>,
) {
  const all: string[] = [];
  const input = Object.assign(new EventTarget(), {
    ...{ value: "", readOnly: false, scrollHeight: 40, clientHeight: 40 },
    ...composer,
  }) as unknown as HTMLTextAreaElement;
  const end = new AbortController();
  listenForKeys(input, end.signal, {
    onEditLast: () => all.push("edit"),
    onPage: (pages) => all.push(`page ${pages}`),
  });
  const event = () =>
    Object.assign(new Event("keydown", { cancelable: true }), press);
  input.dispatchEvent(event());
  end.abort();
  input.dispatchEvent(event());
  return all;
}

Deno.test("arrow up edits the last message, where nothing is written and something may be", () => {
  assertEquals(done({}, { key: "ArrowUp" }), ["edit"]);
  assertEquals(done({ value: "text" }, { key: "ArrowUp" }), []);
  assertEquals(done({ readOnly: true }, { key: "ArrowUp" }), []);
  const composes = { key: "ArrowUp", keyCode: 229 };
  assertEquals(done({}, composes), []);
});

Deno.test("page up and down scroll the log, except in a text longer than its box", () => {
  assertEquals(done({}, { key: "PageUp" }), ["page -1"]);
  assertEquals(done({ value: "text" }, { key: "PageDown" }), ["page 1"]);
  assertEquals(done({ scrollHeight: 90 }, { key: "PageDown" }), []);
  assertEquals(done({}, { key: "a" }), []);
});
