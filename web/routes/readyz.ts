import { log } from "../log.ts";
import { define } from "../utils.ts";

export const handler = define.handlers({
  /** The store answers too, so that requests are worth sending here: 200, or else 503. */
  async GET(ctx) {
    const headers = { "cache-control": "no-store" };
    try {
      await ctx.state.services.kv.get(["readyz"]);
      return Response.json({ ready: true }, { headers });
    } catch (error) {
      log("error", "not-ready", { requestId: ctx.state.requestId, error });
      return Response.json({ ready: false }, { status: 503, headers });
    }
  },
});
