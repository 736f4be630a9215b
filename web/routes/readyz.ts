import { dependencies } from "../http/pages/dependencies.ts";
import { shuttingDown } from "../shutdown.ts";
import { define } from "../utils.ts";

export const handler = define.handlers({
  /**
   * Whether requests are worth sending here, and the state of each thing this service needs.
   * Only the store decides: without realtime or the transcriber every page still works, with
   * less on it. 200, or else 503.
   */
  async GET(ctx) {
    const known = await dependencies(ctx.state.services);
    const ready = known.kv.state === "ready" && !shuttingDown.aborted;
    return Response.json({ ready, dependencies: known }, {
      status: ready ? 200 : 503,
      headers: { "cache-control": "no-store" },
    });
  },
});
