import { TokenRequest } from "../../http/openapi/requests.ts";
import { readJson } from "../../http/requests/json.ts";
import { personOf } from "../../http/middleware/person.ts";
import { define } from "../../utils.ts";

export const handler = define.handlers({
  /** A five-minute token that says who I am. */
  async POST(ctx) {
    const { services } = ctx.state;
    const me = personOf(ctx.state);
    const { audience } = await readJson(ctx.req, TokenRequest);
    const token = await services.signer.personToken(audience, me);
    return Response.json(token);
  },
});
