import { TokenRequest } from "../../http/openapi/requests.ts";
import { readJson } from "../../http/requests/json.ts";
import { personOf } from "../../http/middleware/person.ts";
import { rolesOf } from "../../rooms/rooms.ts";
import { define } from "../../utils.ts";

export const handler = define.handlers({
  /** A five-minute token that says who I am, and to realtime my rooms of this moment. */
  async POST(ctx) {
    const { services } = ctx.state;
    const me = personOf(ctx.state);
    const { audience } = await readJson(ctx.req, TokenRequest);
    // The transcriber knows no rooms, and takes the token in a header.
    const roles = audience === "realtime" ? await rolesOf(services, me.id) : {};
    const token = await services.signer.personToken(audience, me, roles);
    return Response.json(token);
  },
});
