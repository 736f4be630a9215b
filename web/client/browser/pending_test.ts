import { assert, assertEquals, assertFalse } from "@std/assert";
import { type Kept, openPending as open } from "./pending.ts";
import { fakeStorage } from "./testing/server.ts";

/** As a tab of its own. */
const openPending = (
  me: string,
  room: string,
  storage: () => Storage,
  tab = fakeStorage(),
) => open(me, room, storage, () => tab);

const kept = (clientId: string, timestamp = 1): Kept => ({
  clientId,
  content: `text of ${clientId}`,
  timestamp,
});

Deno.test("unsent messages survive a reload, oldest first, until dropped", () => {
  const storage = fakeStorage();
  const pending = openPending("me", "room", () => storage);
  pending.keep(kept("b", 2));
  pending.keep(kept("a", 1));
  const reloaded = openPending("me", "room", () => storage);
  assertEquals(reloaded.list(), [kept("a", 1), kept("b", 2)]);
  reloaded.drop("a");
  assertEquals(pending.list(), [kept("b", 2)]);
});

Deno.test("two tabs keep their messages side by side", () => {
  const storage = fakeStorage();
  const one = openPending("me", "room", () => storage);
  const two = openPending("me", "room", () => storage);
  one.keep(kept("one", 1));
  two.keep(kept("two", 2));
  assertEquals(one.list().length, 2);
});

Deno.test("another account and another room see nothing of it", () => {
  const storage = fakeStorage();
  const mine = openPending("me", "room", () => storage);
  mine.keep(kept("a"));
  mine.saveDraft("half a thought");
  for (const [who, room] of [["you", "room"], ["me", "other"]]) {
    const theirs = openPending(who, room, () => storage);
    assertEquals(theirs.list(), []);
    assertEquals(theirs.draft(), "");
  }
});

Deno.test("the draft is kept, and gone once empty", () => {
  const storage = fakeStorage();
  const pending = openPending("me", "room", () => storage);
  pending.saveDraft("half a thought");
  assertEquals(
    openPending("me", "room", () => storage).draft(),
    "half a thought",
  );
  pending.saveDraft("");
  assertEquals(Object.keys(storage), []);
});

Deno.test("a tab clears only what it put there, and finds its own again", () => {
  const storage = fakeStorage();
  const [a, b] = [fakeStorage(), fakeStorage()];
  const one = openPending("me", "room", () => storage, a);
  const two = openPending("me", "room", () => storage, b);
  one.saveDraft("from one");
  two.saveDraft("from two");
  one.saveDraft("");
  const reopen = (tab?: Storage) =>
    openPending("me", "room", () => storage, tab).draft();
  assertEquals([reopen(a), reopen(b), reopen()], ["", "from two", "from two"]);
  one.saveDraft("over it");
  one.saveDraft("");
  assertEquals([reopen(b), reopen()], ["from two", ""]);
});

Deno.test("a draft that was found is cleared by whoever sends it, and stays gone", () => {
  const storage = fakeStorage();
  storage.setItem("chatsphere/me/room/draft", "of an earlier version");
  const one = openPending("me", "room", () => storage);
  const two = openPending("me", "room", () => storage);
  assertEquals(one.draft(), "of an earlier version");
  assertEquals(two.draft(), "of an earlier version");
  one.saveDraft("");
  assertEquals(openPending("me", "room", () => storage).draft(), "");
});

Deno.test("an edit is kept like a message, and older versions leave it alone", () => {
  const storage = fakeStorage();
  const pending = openPending("me", "room", () => storage);
  const request = { event: "edit-message", id: "m1", content: "b" } as const;
  pending.keep({ clientId: "a", content: "", timestamp: 1, request });
  assertEquals(pending.list(), [
    { clientId: "a", content: "", timestamp: 1, request },
  ]);
  const [key] = Object.keys(storage);
  assertEquals(JSON.parse(storage.getItem(key)!).content, undefined);
});

Deno.test("a message with files is kept with its words, and older versions leave it alone", () => {
  const storage = fakeStorage();
  const pending = openPending("me", "room", () => storage);
  const uploads = [{ key: "p/1", name: "a.txt", size: 3 }];
  const one = { ...kept("a"), uploads };
  pending.keep(one);
  assertEquals(pending.list(), [one]);
  const [key] = Object.keys(storage);
  assertEquals(JSON.parse(storage.getItem(key)!).content, undefined);
  pending.keep({ ...one, content: "", uploads: [] });
  assertEquals(pending.list(), [{ ...one, content: "", uploads: [] }]);
});

Deno.test("storage that is full or forbidden costs only the reload", () => {
  const full = openPending("me", "room", () => fakeStorage(0));
  assertFalse(full.keep(kept("a")));
  full.saveDraft("text");
  const forbidden = openPending("me", "room", () => {
    throw new DOMException("no", "SecurityError");
  });
  assertFalse(forbidden.keep(kept("a")));
  assertEquals(forbidden.list(), []);
  assertEquals(forbidden.draft(), "");
  forbidden.drop("a");
});

Deno.test("what is kept is bounded", () => {
  const pending = openPending(
    "me",
    "room",
    ((storage) => () => storage)(fakeStorage()),
  );
  for (let i = 0; i < 100; i++) assert(pending.keep(kept(`${i}`)));
  assertFalse(pending.keep(kept("one too many")));
});

Deno.test("what is not ours under our keys is left out", () => {
  const storage = fakeStorage();
  const pending = openPending("me", "room", () => storage);
  pending.keep(kept("a"));
  const [key] = Object.keys(storage);
  for (const [i, text] of ["", "{", "null", "7", "{}"].entries()) {
    storage.setItem(`${key}${i}`, text);
  }
  assertEquals(pending.list(), [kept("a")]);
});
