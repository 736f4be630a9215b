import { HttpError } from "fresh";
import { isOurs } from "../../http/middleware/security.ts";
import { define } from "../../utils.ts";

const SAFE = ["GET", "HEAD", "OPTIONS"];

/**
 * Besides what guards every page: whatever else a browser says of where a change comes from, its
 * `Origin` has to be ours. Programs send none.
 */
export default define.middleware((ctx) => {
  const origin = ctx.req.headers.get("origin");
  const { config } = ctx.state.services;
  const mayChange = origin === null || isOurs(origin, ctx.url, config);
  if (!mayChange && !SAFE.includes(ctx.req.method)) throw new HttpError(403);
  return ctx.next();
});
