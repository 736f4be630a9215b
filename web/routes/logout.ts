import { endSession } from "../accounts/sessions.ts";
import { forgetHere, hasUnsent } from "../http/pages/forget-here.ts";
import { announceSignOut } from "../rooms/announce.ts";
import { define } from "../utils.ts";

export const handler = define.handlers({
  /**
   * Signs out, and leaves nothing in the browser. Where something waits to be sent, it is asked
   * first.
   */
  async POST(ctx) {
    const { services, account, session } = ctx.state;
    const isSure = ctx.url.searchParams.has("anyway");
    const asks = hasUnsent(ctx.req.headers) && !isSure;
    if (account && asks) return ctx.redirect("/sign-out", 303);
    if (account && session) {
      await endSession(services, session.token);
      const { id: userId, sid } = account;
      await announceSignOut(services, { userId, sid });
    }
    const answer = ctx.redirect("/", 303);
    // Of whoever is signed out already nobody can be asked.
    forgetHere(answer, services.config, asks);
    return answer;
  },
});
