import type { HandlerByMethod, Method } from "fresh";
import { AppError } from "../../errors.ts";

const METHODS: Method[] = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
];

/** What to throw for a method that is not among those that are taken. */
export const methodNotAllowed = (taken: string[]): AppError =>
  new AppError({
    code: "method-not-allowed",
    status: 405,
    message: "This address does not accept that method.",
    allow: METHODS.filter((method) => taken.includes(method)),
  });

/** The answer to OPTIONS, where these are taken (RFC 9110 §9.3.7). */
export const methodsTold = (taken: string[]): Response => {
  const allow = METHODS.filter((method) => taken.includes(method));
  return new Response(null, {
    status: 204,
    headers: { allow: allow.join(", ") },
  });
};

/**
 * Handlers for the methods a route has none for: OPTIONS says which there are (RFC 9110 §9.3.7),
 * any other is refused. Fresh would say that there is nothing at the address at all.
 *
 * A page with handlers needs one of its own for GET. Each of these but OPTIONS throws
 * {@link AppError} `method-not-allowed` (405).
 */
export function otherMethods<Data, State>(
  handlers: HandlerByMethod<Data, State>,
): HandlerByMethod<Data, State> {
  const { GET, HEAD = GET, OPTIONS = allowed } = handlers;
  const own: HandlerByMethod<Data, State> = { ...handlers, HEAD, OPTIONS };
  const allow = METHODS.filter((method) => own[method]);

  function allowed() {
    return methodsTold(allow);
  }
  function refuse(): never {
    throw methodNotAllowed(allow);
  }
  const refused = METHODS.filter((method) => !own[method])
    .map((method) => [method, refuse]);
  return { OPTIONS, ...Object.fromEntries(refused) };
}
