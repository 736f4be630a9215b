import { wishesOf } from "../../dictation/wishes.ts";
import { TokenRequest } from "../../http/openapi/requests.ts";
import { readJson } from "../../http/requests/json.ts";
import { personOf } from "../../http/middleware/person.ts";
import { define } from "../../utils.ts";

export const handler = define.handlers({
  /** A five-minute token that says who I am. */
  async POST(ctx) {
    const { services } = ctx.state;
    const me = personOf(ctx.state);
    const { audience, room } = await readJson(ctx.req, TokenRequest);
    const claims = audience === "transcriber"
      ? { dictation: await wishesOf(services, me.id, room) }
      : undefined;
    const token = await services.signer.personToken(audience, me, claims);
    return Response.json(token);
  },
});
