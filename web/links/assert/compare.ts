import nodeAssert from "node:assert";

/** @throws AssertionError unless `actual` > `expected` */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  check(actual > expected, actual, ">", expected, msg);
}

/** @throws AssertionError unless `actual` ≥ `expected` */
export function assertGreaterOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  check(actual >= expected, actual, ">=", expected, msg);
}

/** @throws AssertionError unless `actual` < `expected` */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  check(actual < expected, actual, "<", expected, msg);
}

/** @throws AssertionError unless `actual` ≤ `expected` */
export function assertLessOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  check(actual <= expected, actual, "<=", expected, msg);
}

/** @throws AssertionError unless both are within `tolerance` of each other */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
): void {
  const allowed = tolerance ??
    (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 0);
  const isNear = Object.is(actual, expected) ||
    Math.abs(expected - actual) <= allowed;
  check(isNear, actual, "≈", expected, msg);
}

function check(
  holds: boolean,
  actual: unknown,
  relation: string,
  expected: unknown,
  msg?: string,
): void {
  nodeAssert.ok(holds, msg ?? `Expected ${actual} ${relation} ${expected}`);
}
