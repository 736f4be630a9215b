import { MemberChange } from "../../../../http/openapi/requests.ts";
import { readJson } from "../../../../http/requests/json.ts";
import { personOf } from "../../../../http/middleware/person.ts";
import { setRole } from "../../../../rooms/settings.ts";
import { define } from "../../../../utils.ts";

export const handler = define.handlers({
  /** Makes a member an admin, or a plain member again, as an admin of the room. */
  async PATCH(ctx) {
    const me = personOf(ctx.state);
    const { person, role } = await readJson(ctx.req, MemberChange);
    await setRole(ctx.state.services, me, ctx.params.id, person, role);
    return Response.json({ person, role });
  },
});
