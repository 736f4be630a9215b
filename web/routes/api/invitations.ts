import {
  InvitationAnswer,
  NewInvitation,
} from "../../http/openapi/requests.ts";
import { readJson } from "../../http/requests/json.ts";
import { personOf } from "../../http/middleware/person.ts";
import { acceptInvitation } from "../../rooms/accept.ts";
import { rejectInvitation } from "../../rooms/invitations.ts";
import { invite } from "../../rooms/invite.ts";
import { define } from "../../utils.ts";

export const handler = define.handlers({
  /** Invites an address to a room: 201. The link is in the e-mail alone. */
  async POST(ctx) {
    const me = personOf(ctx.state);
    const { roomId, email } = await readJson(ctx.req, NewInvitation);
    const { link: _link, ...invitation } = await invite(
      ctx.state.services,
      me,
      roomId,
      email,
    );
    return Response.json(invitation, { status: 201 });
  },

  /** Accepts an invitation, or declines it, for which nobody has to be signed in. */
  async PATCH(ctx) {
    const { services, account } = ctx.state;
    const { code, status } = await readJson(ctx.req, InvitationAnswer);
    if (status === "rejected") {
      await rejectInvitation(services, account, code);
      return Response.json({ status });
    }
    const room = await acceptInvitation(services, personOf(ctx.state), code);
    return Response.json({ status, room: { id: room.id, name: room.name } });
  },
});
