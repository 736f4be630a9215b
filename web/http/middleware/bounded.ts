import type { Middleware } from "fresh";
import { networkOf } from "../../../realtime/common/network.ts";
import { takeRate, tooOften } from "../../access/rates.ts";
import { boundBody, rowOf } from "../../access/row.ts";
import { madeFrom } from "../../made-from.ts";
import type { State } from "../../utils.ts";

/** Rates that are counted for whom realtime asks, which its token says: see `allowed.ts`. */
const isForRealtime = (who: string) => who === "realtime";

/**
 * How much a request may carry, and how often a person, or a network while nobody is signed in, may
 * ask for its route: as the table says.
 *
 * Throws AppError `too-many-requests` (429) with `retryAfter`.
 */
export const bounded: Middleware<State> = (ctx) => {
  const row = rowOf(ctx.route);
  // An address that is none takes nothing, either.
  boundBody(ctx.req, row?.body ?? "nothing");
  const { services, account, ip } = ctx.state;
  const rate = row?.rate ?? (row ? undefined : "pages");
  if (rate === undefined || row && isForRealtime(row.who)) return ctx.next();
  const whom = account ? `person ${account.id}` : `network ${networkOf(ip)}`;
  madeFrom()?.counts(() => takeRate(services, rate, whom) === 0);
  const wait = takeRate(services, rate, whom);
  if (wait > 0) throw tooOften(wait);
  return ctx.next();
};
