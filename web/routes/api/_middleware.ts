import { HttpError } from "fresh";
import { define } from "../../utils.ts";

const SAFE = ["GET", "HEAD", "OPTIONS"];

/**
 * Besides what guards every page: whatever else a browser says of where a change comes from, its
 * `Origin` has to be ours. Programs send none.
 */
export default define.middleware((ctx) => {
  const origin = ctx.req.headers.get("origin");
  const { appUrl } = ctx.state.services.config;
  const isOurs = origin === null || origin === appUrl ||
    origin === ctx.url.origin;
  if (!isOurs && !SAFE.includes(ctx.req.method)) throw new HttpError(403);
  return ctx.next();
});
