import { parseCookie, stringifySetCookie } from "cookie";
import { clearSessionCookie } from "../accounts/cookies.ts";
import { endSession } from "../accounts/sessions.ts";
import { announceSignOut } from "../rooms/announce.ts";
import { define } from "../utils.ts";

export const handler = define.handlers({
  /**
   * Signs out, and has the browser forget all that it keeps of us: texts, files, pages, the worker
   * (https://www.w3.org/TR/clear-site-data/). Where something waits to be sent, it is asked first.
   */
  async POST(ctx) {
    const { services, account, session } = ctx.state;
    const { unsent } = parseCookie(ctx.req.headers.get("cookie") ?? "");
    if (account && unsent && !ctx.url.searchParams.has("anyway")) {
      return ctx.redirect("/sign-out", 303);
    }
    if (account && session) {
      await endSession(services, session.token);
      const { id: userId, sid } = account;
      await announceSignOut(services, { userId, sid });
    }
    const answer = ctx.redirect("/", 303);
    answer.headers.set("clear-site-data", '"storage"');
    answer.headers.append(
      "set-cookie",
      clearSessionCookie(services.config),
    );
    answer.headers.append(
      "set-cookie",
      stringifySetCookie({ name: "unsent", value: "", path: "/", maxAge: 0 }),
    );
    return answer;
  },
});
