import { assertEquals } from "@std/assert";
import { endOf, MadeFrom } from "./made-from.ts";

Deno.test("an answer ends after two minutes, and before a day may begin somewhere", () => {
  const at = (time: string) => Date.parse(`2026-11-29T${time}Z`);
  assertEquals(endOf(at("12:00:00")), at("12:02:00"));
  assertEquals(endOf(at("12:14:30")), at("12:15:00"));
  assertEquals(endOf(at("23:59:59")), at("23:59:59") + 1_000);
});

/** What was made of one entry and what realtime said of Ada. */
function made(version: string | null = "1") {
  const it = new MadeFrom(undefined);
  it.entry({ key: ["a"], value: null, versionstamp: null });
  if (version) it.said("ada", version);
  return it;
}

/** Stores in which nothing has changed. */
const still = (kv: Deno.Kv) => ({
  kv,
  realtime: {
    stillSo: ({ since }: { since: string }) => Promise.resolve(since),
  },
});

Deno.test("an answer is known whole only if all it was made from can be asked again", () => {
  assertEquals(made().isWhole, true);
  assertEquals(made(null).isWhole, false);
  const odd: ((it: MadeFrom) => void)[] = [
    (it) => it.unsure(),
    (it) => it.said("ben", "1"),
    (it) => it.said("ada", null),
    (it) => it.list(),
    (it) => it.entry({ key: ["a"], value: 1, versionstamp: "2" }),
  ];
  for (const happen of odd) {
    const it = made();
    happen(it);
    assertEquals(it.isWhole, false);
  }
});

Deno.test("what ended, or is not so any more, is not given again", async () => {
  using kv = await Deno.openKv(":memory:");
  const s = still(kv);
  assertEquals(await made().isSo(s), true);
  const ended = made();
  ended.until(Date.now());
  assertEquals(await ended.isSo(s), false);
  const odd = made();
  odd.while(() => false);
  assertEquals(await odd.isSo(s), false);
  const listed = made();
  listed.listed(["b"], []);
  assertEquals(await listed.isSo(s), true);
  await kv.set(["b", 1], 1);
  assertEquals(await listed.isSo(s), false);
  assertEquals(await made().isSo(s), true);
  await kv.set(["a"], 1);
  assertEquals(await made().isSo(s), false);
});

Deno.test("what an answer was made from counts as memory: a page of many rooms is made from much", () => {
  const entry = (n: number) => ({
    ...{ key: ["rooms", `room ${n}`], value: null, versionstamp: null },
  });
  const it = new MadeFrom(undefined);
  const before = it.bytes;
  for (let n = 0; n < 500; n++) it.entry(entry(n));
  // The same again is kept once.
  it.entry(entry(0));
  const entries = it.bytes;
  assertEquals(entries - before, 500 * 400);
  const listed = Array.from({ length: 100 }, (_, n) => ({
    ...{ key: ["list", n], value: true, versionstamp: "0123456789abcdef0000" },
  }));
  it.listed(["list"], listed);
  assertEquals(it.bytes - entries > 100 * 20, true);
});
