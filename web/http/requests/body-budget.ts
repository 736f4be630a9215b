import { networkOf } from "../../../realtime/common/network.ts";
import { AppError } from "../../errors.ts";

const MB = 1024 * 1024;

/** The most bytes of bodies held at a time: for one network, and for everybody. */
export const HELD = { here: 32 * MB, all: 96 * MB };

const busy = (): AppError =>
  new AppError({
    code: "busy",
    status: 503,
    message: "Too much is being sent at once. Please try again in a moment.",
    retryAfter: 5,
  });

/**
 * How much of the memory is taken by bodies of requests that are not answered yet. What somebody
 * says they will send takes nothing: only what has come does.
 */
export class BodyBudget {
  #all = 0;
  readonly #here = new Map<string, number>();

  constructor(readonly most: { here: number; all: number } = HELD) {}

  /** The share of one request from an address; end it when the request is answered. */
  share(ip: string): BodyShare {
    return new BodyShare(this, networkOf(ip));
  }

  /** Whether so many bytes more can be held. */
  has(network: string, bytes: number): boolean {
    return this.#all + bytes <= this.most.all &&
      (this.#here.get(network) ?? 0) + bytes <= this.most.here;
  }

  /** Counts bytes as held, or with a negative number as no longer held. */
  add(network: string, bytes: number): void {
    this.#all += bytes;
    const left = (this.#here.get(network) ?? 0) + bytes;
    if (left > 0) this.#here.set(network, left);
    else this.#here.delete(network);
  }
}

/** What one request holds of a {@link BodyBudget}. */
export class BodyShare {
  #held = 0;

  constructor(readonly budget: BodyBudget, readonly network: string) {}

  /**
   * Asks for room before anything of a body is read.
   *
   * @throws {AppError} `busy` (503) with `retryAfter`.
   */
  expect(bytes: number): void {
    if (!this.budget.has(this.network, bytes)) throw busy();
  }

  /**
   * Holds so many bytes more.
   *
   * @throws {AppError} `busy` (503) with `retryAfter`; nothing more is held then.
   */
  hold(bytes: number): void {
    this.expect(bytes);
    this.#held += bytes;
    this.budget.add(this.network, bytes);
  }

  end(): void {
    this.budget.add(this.network, -this.#held);
    this.#held = 0;
  }
}

const shares = new WeakMap<Request, BodyShare>();

/** Runs the rest of a request, whose body is counted for the address until it is answered. */
export async function withShare<T>(
  budget: BodyBudget,
  req: Request,
  ip: string,
  next: () => Promise<T>,
): Promise<T> {
  const share = budget.share(ip);
  shares.set(req, share);
  try {
    return await next();
  } finally {
    share.end();
  }
}

/** The share of a request; undefined where nobody counts. */
export const shareOf = (req: Request): BodyShare | undefined => shares.get(req);
