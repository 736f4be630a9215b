/**
 * The part of `jsr:@std/assert` that ChatSphere's tests use, on `node:assert`.
 */
import nodeAssert, { AssertionError } from "node:assert";

export { AssertionError };

/** A class, abstract ones included. */
// deno-lint-ignore no-explicit-any -- classes take any arguments
type AnyClass<T> = abstract new (...args: any[]) => T;

/** @throws AssertionError unless `expr` is truthy */
export function assert(expr: unknown, msg = ""): asserts expr {
  nodeAssert.ok(expr, msg || undefined);
}

/** @throws AssertionError if `expr` is truthy */
export function assertFalse(expr: unknown, msg = ""): asserts expr is false {
  nodeAssert.ok(!expr, msg || "Expected a falsy value");
}

/** @throws AssertionError unless both are equal, all the way down */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  nodeAssert.deepStrictEqual(actual, expected, msg);
}

/** @throws AssertionError if both are equal, all the way down */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  nodeAssert.notDeepStrictEqual(actual, expected, msg);
}

/** @throws AssertionError unless both are the same, as by `Object.is` */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  nodeAssert.strictEqual(actual, expected, msg);
}

/** @throws AssertionError if both are the same, as by `Object.is` */
export function assertNotStrictEquals<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  nodeAssert.notStrictEqual(actual, expected, msg);
}

/** @throws AssertionError for null and undefined */
export function assertExists<T>(
  actual: T,
  msg?: string,
): asserts actual is NonNullable<T> {
  nodeAssert.ok(actual !== null && actual !== undefined, msg);
}

/** @throws AssertionError unless `actual` is an instance of `expectedType` */
export function assertInstanceOf<T>(
  actual: unknown,
  expectedType: AnyClass<T>,
  msg?: string,
): asserts actual is T {
  nodeAssert.ok(
    actual instanceof expectedType,
    msg ?? `Expected an instance of ${expectedType.name}`,
  );
}

/** @throws AssertionError unless `actual` contains `expected` */
export function assertStringIncludes(
  actual: string,
  expected: string,
  msg?: string,
): void {
  nodeAssert.ok(
    actual.includes(expected),
    msg ??
      `Expected ${JSON.stringify(actual)} to contain ${
        JSON.stringify(expected)
      }`,
  );
}

/** @throws AssertionError unless every item of `expected` equals one of `actual` */
export function assertArrayIncludes<T>(
  actual: ArrayLike<T>,
  expected: ArrayLike<T>,
  msg?: string,
): void {
  for (const item of Array.from(expected)) {
    nodeAssert.ok(
      Array.from(actual).some((other) => isEqual(other, item)),
      msg ??
        `Expected ${Deno.inspect(actual)} to contain ${Deno.inspect(item)}`,
    );
  }
}

function isEqual(a: unknown, b: unknown): boolean {
  try {
    nodeAssert.deepStrictEqual(a, b);
    return true;
  } catch {
    return false; // deepStrictEqual throws just for this
  }
}

/** @throws AssertionError unless `actual` has every property of `expected` */
export function assertObjectMatch(
  actual: Record<PropertyKey, unknown>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  nodeAssert.partialDeepStrictEqual(actual, expected, msg);
}

/** @throws AssertionError unless `expected` matches `actual` */
export function assertMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  nodeAssert.match(actual, expected, msg);
}

/** @throws AssertionError if `expected` matches `actual` */
export function assertNotMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  nodeAssert.doesNotMatch(actual, expected, msg);
}

/** @throws AssertionError always */
export function fail(msg?: string): never {
  nodeAssert.fail(msg ?? "Failed assertion.");
}

export * from "./compare.ts";
export * from "./throws.ts";
