import { assertEquals } from "@std/assert";
import { listenForKeys } from "./keys.ts";

/** What the keys did in a composer like this, and what happened before what edits was there. */
async function done(
  composer: Partial<HTMLTextAreaElement>,
  press: Partial<KeyboardEvent>,
  meanwhile: (input: EventTarget, end: AbortController) => void = () => {},
) {
  const all: string[] = [];
  const input = Object.assign(new EventTarget(), {
    ...{ value: "", readOnly: false, scrollHeight: 40, clientHeight: 40 },
    ...composer,
  }) as unknown as HTMLTextAreaElement;
  const end = new AbortController();
  const come = Promise.withResolvers<void>();
  listenForKeys(input, end.signal, {
    toEdit: () => come.promise,
    onEditLast: () => all.push("edit"),
    onPage: (pages) => all.push(`page ${pages}`),
  });
  const event = () =>
    Object.assign(new Event("keydown", { cancelable: true }), press);
  input.dispatchEvent(event());
  meanwhile(input, end);
  come.resolve();
  await come.promise;
  end.abort();
  input.dispatchEvent(event());
  return all;
}

Deno.test("arrow up edits the last message, where nothing is written and something may be", async () => {
  assertEquals(await done({}, { key: "ArrowUp" }), ["edit"]);
  assertEquals(await done({ value: "text" }, { key: "ArrowUp" }), []);
  assertEquals(await done({ readOnly: true }, { key: "ArrowUp" }), []);
  const composes = { key: "ArrowUp", keyCode: 229 };
  assertEquals(await done({}, composes), []);
});

Deno.test("arrow up before what edits is there edits nothing once something was written, or the page is gone", async () => {
  const up = { key: "ArrowUp" };
  const write = (input: EventTarget) => input.dispatchEvent(new Event("input"));
  assertEquals(await done({}, up, write), []);
  assertEquals(await done({}, up, (_, end) => end.abort()), []);
});

Deno.test("page up and down scroll the log, except in a text longer than its box", async () => {
  assertEquals(await done({}, { key: "PageUp" }), ["page -1"]);
  assertEquals(await done({ value: "text" }, { key: "PageDown" }), ["page 1"]);
  assertEquals(await done({ scrollHeight: 90 }, { key: "PageDown" }), []);
  assertEquals(await done({}, { key: "a" }), []);
});
