import { assertEquals, assertFalse, assertThrows } from "@std/assert";
import { computed, signal } from "@preact/signals";
import { serializeInstances } from "./serialize.ts";

/** What a browser makes of a script, with its parts of Fresh stood in for. */
function run(value: unknown): unknown {
  const { code } = serializeInstances(value, new Map());
  const names = ["signal", "computed", "island", "slot"];
  const made = (kind: string) => (inner: unknown) => ({ kind, inner });
  return new Function(...names, `return ${code}`)(...names.map(made));
}

Deno.test("props: what JSON has, and dates, maps, sets and undefined", () => {
  const value = {
    text: "ä\u2028\"'`${x}\\",
    list: [1, -0, NaN, 2n, null, undefined, true],
    date: new Date(5),
    map: new Map([["a", new Set([1])]]),
    bytes: new Uint8Array([1, 2]),
  };
  assertEquals(run(value), value);
});

Deno.test("props: a signal given twice is one signal", () => {
  const count = signal(3);
  const [a, b] = run([{ count }, { count, also: { count } }]) as {
    count: unknown;
    also: { count: unknown };
  }[];
  assertEquals(a.count, { kind: "signal", inner: 3 });
  assertEquals(a.count === b.count && b.count === b.also.count, true);
});

Deno.test("props: a signal inside a signal is the one given beside it", () => {
  const inner = signal("x");
  const [outer, same] = run([signal({ inner }), inner]) as {
    inner: { inner: unknown };
  }[];
  assertEquals(outer.inner.inner === same, true);
});

Deno.test("props: a computed signal travels as its value", () => {
  assertEquals(run(computed(() => 7)), { kind: "computed", inner: 7 });
});

Deno.test("props: nothing in them can end the script or open a comment", () => {
  const evil = "</script><script>alert(1)</script><!--</ScRiPt >";
  const value = { [evil]: evil, nested: [new Map([[evil, signal(evil)]])] };
  const { code } = serializeInstances(value, new Map());
  assertFalse(/<[/!]|<script/i.test(code));
  assertEquals((run(value) as Record<string, unknown>)[evil], evil);
});

Deno.test("props: a key called __proto__ sets no prototype", () => {
  const made = run(JSON.parse('{"a":{"__proto__":{"polluted":true}}}')) as {
    a: { polluted?: boolean };
  };
  assertEquals(made.a.polluted, undefined);
  assertEquals(Object.getPrototypeOf(made.a), Object.prototype);
});

Deno.test("props: functions cannot travel", () => {
  assertThrows(() => run({ onClick: () => {} }), TypeError, "a function");
});

Deno.test("props: text that looks like a call loads nothing", () => {
  const { calls } = serializeInstances(["signal(", "slot(1)"], new Map());
  assertEquals(calls.size, 0);
});
