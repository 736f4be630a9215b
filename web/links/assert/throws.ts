import { AssertionError } from "node:assert";

// deno-lint-ignore no-explicit-any -- classes take any arguments
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

const NOTHING = Symbol("nothing thrown");

/**
 * Runs `fn` and returns what it threw.
 *
 * @throws AssertionError if it threw nothing, another class of error, or one
 * whose message does not contain `msgIncludes`
 */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error>(
  fn: () => unknown,
  classOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  let thrown: unknown = NOTHING;
  try {
    fn();
  } catch (error) {
    thrown = error;
  }
  return check(thrown, "throw", classOrMsg, msgIncludes, msg);
}

/**
 * Runs `fn` and resolves to what its promise was rejected with; see
 * {@linkcode assertThrows}. An error thrown before there is a promise fails.
 */
export function assertRejects(
  fn: () => PromiseLike<unknown>,
  msg?: string,
): Promise<unknown>;
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error>(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  let thrown: unknown = NOTHING;
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch {
    throw new AssertionError({
      message: "Expected a rejected promise, but it threw at once",
    });
  }
  try {
    await promise;
  } catch (error) {
    thrown = error;
  }
  return check(thrown, "reject", classOrMsg, msgIncludes, msg);
}

function check<E extends Error>(
  thrown: unknown,
  verb: string,
  classOrMsg: ErrorClass<E> | string | undefined,
  msgIncludes: string | undefined,
  msg: string | undefined,
): unknown {
  const note = (typeof classOrMsg === "string" ? classOrMsg : msg) ?? "";
  const refuse = (text: string) => {
    throw new AssertionError({ message: note ? `${text}: ${note}` : text });
  };
  if (thrown === NOTHING) refuse(`Expected the function to ${verb}`);
  if (typeof classOrMsg === "string" || !classOrMsg) return thrown;
  if (!(thrown instanceof classOrMsg)) {
    return refuse(
      `Expected ${classOrMsg.name}, but got ${Deno.inspect(thrown)}`,
    );
  }
  if (msgIncludes && !thrown.message.includes(msgIncludes)) {
    refuse(
      `Expected a message with ${JSON.stringify(msgIncludes)}, but got ${
        JSON.stringify(thrown.message)
      }`,
    );
  }
  return thrown;
}
