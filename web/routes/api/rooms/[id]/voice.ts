import { bytesFor } from "../../../../access/row.ts";
import { personOf } from "../../../../http/middleware/person.ts";
import {
  DiscardQuery,
  NewVoiceQuery,
} from "../../../../http/openapi/requests.ts";
import { readBody } from "../../../../http/requests/body.ts";
import { readShape } from "../../../../http/requests/json.ts";
import { findRoom } from "../../../../rooms/rooms.ts";
import { define } from "../../../../utils.ts";
import { recordingTooLarge } from "../../../../voices/errors.ts";
import { keepVoice } from "../../../../voices/keep.ts";
import { discardVoice } from "../../../../voices/sweep.ts";

export const handler = define.handlers({
  /** Keeps the recording that is the body, and gives what is heard in it. */
  async POST(ctx) {
    const { services } = ctx.state;
    const me = personOf(ctx.state);
    const { id } = ctx.params;
    const query = Object.fromEntries(ctx.url.searchParams);
    const { language = "", hear } = readShape(query, NewVoiceQuery);
    const bytes = await readBody(ctx.req, bytesFor(ctx.req), recordingTooLarge);
    const about = {
      ...{ roomId: id, language, unheard: hear === "false" },
      gone: ctx.req.signal,
    };
    const heard = await keepVoice(services, me, new Blob([bytes]), about);
    return Response.json(heard, { status: 201 });
  },

  /** Deletes one that is not to be sent. */
  async DELETE(ctx) {
    const me = personOf(ctx.state);
    await findRoom(ctx.state.services, me.id, ctx.params.id);
    const query = Object.fromEntries(ctx.url.searchParams);
    const { clip } = readShape(query, DiscardQuery);
    await discardVoice(ctx.state.services, me.id, clip);
    return Response.json({ clip });
  },
});
