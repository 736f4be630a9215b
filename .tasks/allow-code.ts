/**
 * `deno task allow-code EMAIL`: for an operator who has made sure, in another way than by e-mail,
 * that somebody who reset their password and cannot use their face or passkey any more is who they say. Their
 * next sign-in may use a code by e-mail. Reads the same variables as web, and may run beside it.
 */
import { allowCode } from "../web/accounts/face-first.ts";
import { createServices } from "../web/open-services.ts";
import { webConfig } from "./web-config.ts";

const [email] = Deno.args;
if (!email) {
  console.error("Name the account: deno task allow-code ann@example.com");
  Deno.exit(1);
}
const s = await createServices(webConfig());
const allowed = await allowCode(s, email);
s.kv.close();
await s.faces.close();
console.log(
  allowed
    ? "The next sign-in of this account may use a code by e-mail."
    : "Nothing to do: there is no such account, or a code works for it already.",
);
Deno.exit(allowed ? 0 : 1);
