import { z } from "zod";
import { LIMITS } from "../../../realtime/protocol.ts";
import { readJson, readShape } from "../../http/requests/json.ts";
import { personOf } from "../../http/middleware/person.ts";
import { rolesOf } from "../../rooms/rooms.ts";
import { define } from "../../utils.ts";

const number = z.string()
  .regex(/^\d{1,15}$/, "This must be a whole number, in digits.")
  .transform(Number);
const offset = number.optional();
const Query = z.object({
  roomId: z.string(),
  before: offset,
  after: offset,
  limit: number.pipe(z.int().min(1).max(LIMITS.historyLimit)).optional(),
});
const Body = z.object({
  roomId: z.string(),
  clientId: z.string(),
  content: z.string(),
  replyTo: z.string().optional(),
  clip: z.string().optional(),
});

export const handler = define.handlers({
  /** A page of a room's history, oldest first; without bounds the newest. */
  async GET(ctx) {
    const { services } = ctx.state;
    const me = personOf(ctx.state);
    const query = Object.fromEntries(ctx.url.searchParams);
    const { roomId, ...bounds } = readShape(query, Query);
    const roles = await rolesOf(services, me.id);
    const page = await services.roomLog.history(me, roles, roomId, bounds);
    const { messages, epoch, offset } = page;
    return Response.json({ messages, epoch, offset });
  },

  /** Sends a message: 201 with it as it is stored; sent again, the first one again. */
  async POST(ctx) {
    const { services } = ctx.state;
    const me = personOf(ctx.state);
    const { roomId, ...draft } = await readJson(ctx.req, Body);
    const roles = await rolesOf(services, me.id);
    const message = await services.roomLog.post(me, roles, roomId, draft);
    return Response.json(message, { status: 201 });
  },
});
