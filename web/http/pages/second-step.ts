import { type Context, page } from "fresh";
import { safeNext } from "../../accounts/safe-next.ts";
import type { IssuedToken } from "../../accounts/sessions.ts";
import type { Factor } from "../../accounts/types.ts";
import { AppError } from "../../errors.ts";
import { define, type State } from "../../utils.ts";
import {
  type Failure,
  failureOf,
  readForm,
  textOf,
} from "../requests/forms.ts";
import {
  type PendingLogin,
  pendingLoginOf,
  signedIn,
  startAgain,
} from "../requests/pending-login.ts";
import { siteFor } from "../requests/site.ts";

/** What the page of a second step shows. */
export interface SecondStep {
  next: string;
  /** Of whoever gave the password. */
  name: string;
  factors: Factor[];
  /** Also of another address of this server. */
  hasPasskeys: boolean;
  /** Why a code by e-mail will not do, when it will not. */
  whyFaceFirst?: string;
  failure?: Failure;
  /** What was typed into the fields that can be wrong. */
  typed?: Record<string, string>;
}

/** The pending login of whoever asks, and where it leads. */
async function asked(ctx: Context<State>) {
  const next = safeNext(ctx.url.searchParams.get("next"), "/rooms");
  const { services } = ctx.state;
  const { headers } = ctx.req;
  return {
    next,
    pending: await pendingLoginOf(services, headers, siteFor(ctx)),
  };
}

const shownOf = (
  { account: { name }, factors, hasPasskeys, whyFaceFirst }: PendingLogin,
  next: string,
): SecondStep => ({ next, name, factors, hasPasskeys, whyFaceFirst });

/**
 * The handlers of a page on which a second step is tried until its login ends.
 *
 * @param fields those of its form that can be wrong.
 * @param prove a session for what the form brings, or throws why not; and where it leads, if not to
 * where the person was going.
 */
export const secondStep = (
  fields: string[],
  prove: (
    ctx: Context<State>,
    token: string,
    form: FormData,
    next: string,
  ) => Promise<IssuedToken & { onward?: string }>,
) =>
  define.handlers({
    async GET(ctx) {
      const { next, pending } = await asked(ctx);
      if (!pending) return ctx.redirect(startAgain(next), 303);
      return page<SecondStep>(shownOf(pending, next));
    },

    async POST(ctx) {
      const { services, requestId } = ctx.state;
      const { next, pending } = await asked(ctx);
      if (!pending) return ctx.redirect(startAgain(next), 303);
      const { token, whyFaceFirst } = pending;
      const typed: Record<string, string> = {};
      try {
        const form = await readForm(ctx.req);
        for (const field of fields) typed[field] = textOf(form, field);
        const session = await prove(ctx, token, form, next);
        return signedIn(services, session, session.onward ?? next);
      } catch (error) {
        if (error instanceof AppError && error.code === "login-expired") {
          const why = whyFaceFirst ? "face-first" : "tries";
          return ctx.redirect(startAgain(next, why), 303);
        }
        const failure = failureOf(error, fields, requestId);
        const data = { ...shownOf(pending, next), failure, typed };
        return page<SecondStep>(data, { status: failure.status });
      }
    },
  });
