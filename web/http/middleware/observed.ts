import type { Middleware } from "fresh";
import { AppError } from "../../errors.ts";
import type { log } from "../../log.ts";
import type { State } from "../../utils.ts";
import { passedRoute } from "../../gateway/paths.ts";
import { madeFrom } from "../../made-from.ts";
import { roughNetworkOf } from "../requests/peers.ts";
import { hashOf } from "./own-answers.ts";

/** Asked every few seconds: lines about them would bury the others. */
const PROBES = new Set(["/healthz", "/readyz"]);

/** The status an error page will have; it is made further out than this is. */
export const statusOf = (error: unknown): number =>
  error instanceof Error && "status" in error &&
    typeof error.status === "number"
    ? error.status
    : 500;

/** The stable code of an error of ours, by which guessing and misuse can be told apart. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof AppError ? error.code : undefined;

/**
 * Writes one line about each request: who asked (hashed) and from which network, its method, the pattern of its route (never the path, which
 * may hold a secret, nor the query), its status, the code of the error it ended in, and the
 * milliseconds until the answer began.
 */
export function observed(write: typeof log): Middleware<State> {
  return async (ctx) => {
    const started = performance.now();
    // A request that became a socket cannot be read any more.
    const { method } = ctx.req;
    const tell = (status: number, code?: string) => {
      const route = ctx.route ?? passedRoute(ctx.url.pathname) ?? "unknown";
      if (PROBES.has(route) && status < 500) return;
      const { account: person, ip, requestId } = ctx.state;
      const account = person ? hashOf(person.id) : undefined;
      const made = madeFrom();
      if (made) made.asker = { route, account };
      write("info", "request", {
        requestId,
        method,
        route,
        status,
        code,
        account,
        network: roughNetworkOf(ip ?? ""),
        ms: Math.round(performance.now() - started),
      });
    };
    try {
      const answer = await ctx.next();
      // Where a form was refused, that is what became of it, and not that its page is elsewhere.
      tell(ctx.state.refused ?? answer.status);
      return answer;
    } catch (error) {
      tell(statusOf(error), codeOf(error));
      throw error;
    }
  };
}
