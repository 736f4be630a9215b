import { works } from "../../../tokens/token-session.ts";
import { define } from "../../../utils.ts";

export const handler = define.handlers({
  /**
   * Whether the token in the Authorization header still works, for a service that was given it
   * and may have missed that its session ended.
   */
  async GET(ctx) {
    const given = ctx.req.headers.get("authorization") ?? "";
    const token = /^Bearer +(\S{1,4096})$/i.exec(given)?.[1] ?? "";
    const status = await works(ctx.state.services, token) ? 204 : 401;
    return new Response(null, {
      status,
      headers: { "cache-control": "no-store" },
    });
  },
});
