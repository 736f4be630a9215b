import { personOf } from "../../../http/middleware/person.ts";
import { seePerson } from "../../../people/person-page.ts";
import { define } from "../../../utils.ts";

export const handler = define.handlers({
  /** Somebody I may see, with the rooms we are both in. */
  async GET(ctx) {
    const { services } = ctx.state;
    const me = personOf(ctx.state);
    return Response.json(await seePerson(services, me, ctx.params.id));
  },
});
