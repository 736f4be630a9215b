import type { Context, MiddlewareHandler, Next } from "hono";
import { BodyBudget, HELD } from "../../realtime/common/body-budget.ts";
import {
  chunksOf,
  PACE,
  type PaceErrors,
} from "../../realtime/common/body-pace.ts";
import { joined } from "../../realtime/common/joined.ts";
import { ApiError } from "./errors.ts";
import type { Env } from "./context.ts";

/** What may come in, how slowly, and how much of it at a time. */
export class Bodies {
  readonly #budget: BodyBudget;

  constructor(most = HELD, readonly pace = PACE) {
    this.#budget = new BodyBudget(busy, most);
  }

  /** Counts what is read of a request of somebody known, until it is answered. */
  async counted(c: Context<Env>, next: Next): Promise<void> {
    const share = this.#budget.share(c.get("caller").id);
    c.set("share", share);
    try {
      await next();
    } finally {
      share.end();
    }
  }

  /**
   * The pieces of the body of a counted request, of which no more is announced than `limit` bytes.
   *
   * @throws {ApiError} what `tooLarge` gives, before anything is read; 503 `busy` when too much is
   * held for that person or for all; 408 `too-slow`; 400 `aborted`
   */
  async *pieces(
    c: Context<Env>,
    limit: number,
    tooLarge: () => ApiError,
  ): AsyncGenerator<Uint8Array> {
    const { body, headers } = c.req.raw;
    const announced = Number(headers.get("content-length") ?? 0);
    if (announced > limit) throw tooLarge();
    const share = c.get("share");
    share.expect(announced);
    for await (const piece of body ? chunksOf(body, this.pace, ERRORS) : []) {
      share.hold(piece.length);
      yield piece;
    }
  }

  /**
   * Counts a request and reads its whole body, at most `limit` bytes; handlers then find it in
   * the context.
   *
   * @throws {ApiError} what {@link Bodies.pieces} throws; what `tooLarge` gives
   */
  within(
    c: Context<Env>,
    limit: number,
    tooLarge: () => ApiError,
    next: Next,
  ): Promise<void> {
    return this.counted(c, async () => {
      const pieces: Uint8Array[] = [];
      let size = 0;
      for await (const piece of this.pieces(c, limit, tooLarge)) {
        size += piece.length;
        if (size > limit) throw tooLarge();
        pieces.push(piece);
      }
      // Where Hono keeps the promise of what it has read, whatever it is asked for later.
      const arrayBuffer = Promise.resolve(joined(pieces).buffer);
      Object.assign(c.req.bodyCache, { arrayBuffer });
      await next();
    });
  }

  /** {@link Bodies.within} what the table allows the route. */
  allowed(tooLarge: () => ApiError): MiddlewareHandler<Env> {
    return (c, next) => this.within(c, c.get("row").bytes, tooLarge, next);
  }
}

const busy = () =>
  new ApiError({
    code: "busy",
    status: 503,
    message: "Too much is being sent at once. Please try again in a moment.",
    retryAfter: 5,
  });

const ERRORS: PaceErrors = {
  tooSlow: () =>
    new ApiError({
      code: "too-slow",
      status: 408,
      message:
        "This took too long to arrive. Check your connection and send it again.",
    }),
  gone: (cause) =>
    new ApiError({
      code: "aborted",
      status: 400,
      message: "Only part of this arrived. Please send it again.",
      cause,
    }),
};
