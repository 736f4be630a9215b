import { clearSessionCookie } from "../accounts/cookies.ts";
import { endSession } from "../accounts/sessions.ts";
import { define } from "../utils.ts";

export const handler = define.handlers({
  async POST(ctx) {
    const { services, session } = ctx.state;
    if (session) await endSession(services, session.token);
    const answer = ctx.redirect("/", 303);
    answer.headers.append(
      "set-cookie",
      clearSessionCookie(services.config),
    );
    return answer;
  },
});
