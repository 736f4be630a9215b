import { define } from "../../utils.ts";

/** Where password managers look for the form (W3C, A Well-Known URL for Changing Passwords). */
export const handler = define.handlers({
  GET: (ctx) => ctx.redirect("/account#password-heading", 302),
});
