import { clearSessionCookie } from "../accounts/cookies.ts";
import { endSession } from "../accounts/sessions.ts";
import { announceSignOut } from "../rooms/announce.ts";
import { define } from "../utils.ts";

export const handler = define.handlers({
  async POST(ctx) {
    const { services, account, session } = ctx.state;
    if (account && session) {
      await endSession(services, session.token);
      const { id: userId, sid } = account;
      await announceSignOut(services, { userId, sid });
    }
    const answer = ctx.redirect("/", 303);
    answer.headers.append(
      "set-cookie",
      clearSessionCookie(services.config),
    );
    return answer;
  },
});
