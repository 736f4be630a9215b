import { define } from "../utils.ts";

export const handler = define.handlers({
  /** The process answers. */
  GET: () =>
    Response.json({ ok: true }, { headers: { "cache-control": "no-store" } }),
});
