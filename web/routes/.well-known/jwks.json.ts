import { define } from "../../utils.ts";

/** Seconds: a new key must be known everywhere before it is used. */
const MAX_AGE = 300;

export const handler = define.handlers({
  /** The public keys our tokens are verified with (RFC 7517 §5). */
  async GET(ctx) {
    const keys = await ctx.state.services.signer.jwks();
    const headers = { "cache-control": `public, max-age=${MAX_AGE}` };
    return Response.json(keys, { headers });
  },
});
