import { NewDirect } from "../../http/openapi/requests.ts";
import { readJson } from "../../http/requests/json.ts";
import { personOf } from "../../http/middleware/person.ts";
import { writeTo } from "../../rooms/direct.ts";
import { define } from "../../utils.ts";

export const handler = define.handlers({
  /** The direct room with these people: the one there is, or a new one. */
  async POST(ctx) {
    const me = personOf(ctx.state);
    const { people } = await readJson(ctx.req, NewDirect);
    const { id, name } = await writeTo(ctx.state.services, me, people);
    return Response.json({ id, name });
  },
});
