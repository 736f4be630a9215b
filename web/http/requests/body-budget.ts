import {
  BodyBudget as Budget,
  HELD,
} from "../../../realtime/common/body-budget.ts";
import type { BodyShare } from "../../../realtime/common/body-budget.ts";
import { networkOf } from "../../../realtime/common/network.ts";
import { AppError } from "../../errors.ts";

const busy = (): AppError =>
  new AppError({
    code: "busy",
    status: 503,
    message: "Too much is being sent at once. Please try again in a moment.",
    retryAfter: 5,
  });

/** The budget of this service; its shares throw AppError `busy` (503) with `retryAfter`. */
export class BodyBudget extends Budget {
  constructor(most = HELD) {
    super(busy, most);
  }

  /** The share of one request from an address. */
  override share(ip: string): BodyShare {
    return super.share(networkOf(ip));
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
