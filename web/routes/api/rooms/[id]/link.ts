import type { Context } from "fresh";
import { NewLink } from "../../../../http/openapi/requests.ts";
import { personOf } from "../../../../http/middleware/person.ts";
import { readJson } from "../../../../http/requests/json.ts";
import { shownOrigin } from "../../../../reached.ts";
import {
  linkOf,
  makeLink,
  revokeLink,
  type RoomLink,
} from "../../../../rooms/room-link.ts";
import { define, type State } from "../../../../utils.ts";

const shown = (ctx: Context<State>, { code, expiresAt, left }: RoomLink) => ({
  url: `${shownOrigin(ctx, ctx.state.services.config)}/join/${code}`,
  ...{ expiresAt, left },
});

export const handler = define.handlers({
  /** The link by which anyone who has it can join; null: there is none now. */
  async GET(ctx) {
    const { services } = ctx.state;
    const link = await linkOf(services, personOf(ctx.state).id, ctx.params.id);
    return Response.json({ link: link && shown(ctx, link) });
  },

  /** Makes a new one, as an admin; the one before stops working. */
  async POST(ctx) {
    const me = personOf(ctx.state);
    const plan = await readJson(ctx.req, NewLink);
    const link = await makeLink(ctx.state.services, me, ctx.params.id, plan);
    return Response.json({ link: shown(ctx, link) }, { status: 201 });
  },

  /** Takes it back, as an admin; without one nothing happens. */
  async DELETE(ctx) {
    const { services } = ctx.state;
    await revokeLink(services, personOf(ctx.state), ctx.params.id);
    return Response.json({ link: null });
  },
});
