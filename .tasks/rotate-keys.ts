/**
 * `deno task rotate-keys`: makes a new key for the tokens of web, as web does by itself each month.
 * The new one signs ten minutes later, once every service knows it, and the present one is verified
 * with for another day. Reads the same variables as web, and may run beside it.
 */
import { createServices } from "../web/open-services.ts";
import { rotateKeys } from "../web/tokens/keys.ts";
import { fail, webConfig } from "./web-config.ts";

const known = webConfig();
if (known.signingKey !== undefined) {
  fail(
    "SIGNING_KEY is set, so tokens are signed with that: set it to another.",
  );
}
const s = await createServices(known);
await rotateKeys(s.kv);
s.kv.close();
await s.faces.close();
console.log("A new key is there. It signs in ten minutes.");
Deno.exit(0);
