import nodeAssert, { AssertionError } from "node:assert";
import * as std from "@std/assert";

const passes: [name: string, run: () => unknown][] = [
  ["assert", () => std.assert(1)],
  ["assertFalse", () => std.assertFalse(0)],
  ["assertEquals", () => std.assertEquals({ a: [1] }, { a: [1] })],
  ["assertNotEquals", () => std.assertNotEquals({ a: 1 }, { a: 2 })],
  ["assertStrictEquals", () => std.assertStrictEquals("a", "a")],
  ["assertNotStrictEquals", () => std.assertNotStrictEquals({}, {})],
  ["assertExists", () => std.assertExists(0)],
  ["assertInstanceOf", () => std.assertInstanceOf(new TypeError(), Error)],
  ["assertStringIncludes", () => std.assertStringIncludes("abc", "b")],
  ["assertArrayIncludes", () => std.assertArrayIncludes([1, [2]], [[2]])],
  ["assertObjectMatch", () => std.assertObjectMatch({ a: 1, b: 2 }, { a: 1 })],
  ["assertMatch", () => std.assertMatch("abc", /b/)],
  ["assertNotMatch", () => std.assertNotMatch("abc", /d/)],
  ["assertGreater", () => std.assertGreater(2, 1)],
  ["assertGreaterOrEqual", () => std.assertGreaterOrEqual(2, 2)],
  ["assertLess", () => std.assertLess(1, 2)],
  ["assertLessOrEqual", () => std.assertLessOrEqual(2, 2)],
  ["assertAlmostEquals", () => std.assertAlmostEquals(0.1 + 0.2, 0.3)],
];

const failures: [name: string, run: () => unknown][] = [
  ["assert", () => std.assert("")],
  ["assertFalse", () => std.assertFalse(1)],
  ["assertEquals", () => std.assertEquals<unknown>([undefined], [null])],
  ["assertNotEquals", () => std.assertNotEquals({ a: 1 }, { a: 1 })],
  ["assertStrictEquals", () => std.assertStrictEquals({}, {})],
  ["assertNotStrictEquals", () => std.assertNotStrictEquals(1, 1)],
  ["assertExists", () => std.assertExists(null)],
  ["assertInstanceOf", () => std.assertInstanceOf(new Error(), TypeError)],
  ["assertStringIncludes", () => std.assertStringIncludes("abc", "d")],
  ["assertArrayIncludes", () => std.assertArrayIncludes([1], [2])],
  ["assertObjectMatch", () => std.assertObjectMatch({ a: 1 }, { a: 2 })],
  ["assertMatch", () => std.assertMatch("abc", /d/)],
  ["assertNotMatch", () => std.assertNotMatch("abc", /b/)],
  ["assertGreater", () => std.assertGreater(1, 1)],
  ["assertGreaterOrEqual", () => std.assertGreaterOrEqual(1, 2)],
  ["assertLess", () => std.assertLess(1, 1)],
  ["assertLessOrEqual", () => std.assertLessOrEqual(2, 1)],
  ["assertAlmostEquals", () => std.assertAlmostEquals(1, 1.1)],
  ["fail", () => std.fail("why")],
  ["assertThrows", () => std.assertThrows(() => {})],
];

for (const [name, run] of passes) {
  Deno.test(`assert: ${name} accepts what it should`, () => {
    run();
  });
}

for (const [name, run] of failures) {
  Deno.test(`assert: ${name} refuses what it should`, () => {
    nodeAssert.throws(run, AssertionError);
  });
}

const boom = () => {
  throw new TypeError("too loud");
};

Deno.test("assert: assertThrows returns the error and checks class and text", () => {
  const error: TypeError = std.assertThrows(boom, TypeError, "loud");
  nodeAssert.strictEqual(error.message, "too loud");
  const wrong = [
    () => std.assertThrows(boom, RangeError),
    () => std.assertThrows(boom, TypeError, "quiet"),
  ];
  for (const run of wrong) nodeAssert.throws(run, AssertionError);
});

Deno.test("assert: assertRejects does the same for promises only", async () => {
  const rejects = () => Promise.reject(new TypeError("too loud"));
  const error = await std.assertRejects(rejects, TypeError, "loud");
  nodeAssert.strictEqual(error.message, "too loud");
  for (
    const run of [
      () => std.assertRejects(() => Promise.resolve()),
      () => std.assertRejects(rejects, RangeError),
      () => std.assertRejects(boom),
    ]
  ) await nodeAssert.rejects(run, AssertionError);
});
