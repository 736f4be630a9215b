import { z } from "zod";
import { softwareOf } from "../../../accounts/session-list/software.ts";
import { personOf } from "../../../http/middleware/person.ts";
import { readJson } from "../../../http/requests/json.ts";
import {
  addDevice,
  checkDevice,
  type Told,
} from "../../../notifications/devices.ts";
import { define, type State } from "../../../utils.ts";

/** What a browser's subscription is as JSON. */
const Subscription = z.object({
  endpoint: z.string().max(1_000),
  p256dh: z.string().max(200),
  auth: z.string().max(100),
});

async function read(req: Request, { session }: State): Promise<Told> {
  const given = await readJson(req, Subscription);
  const name = softwareOf(req.headers.get("user-agent")) ?? "A browser";
  return { ...given, name, token: session?.token ?? "" };
}

export const handler = define.handlers({
  /** Keeps this browser's subscription: 204. */
  async POST(ctx) {
    const { services } = ctx.state;
    const told = await read(ctx.req, ctx.state);
    await addDevice(services, personOf(ctx.state).id, told);
    return new Response(null, { status: 204 });
  },

  /**
   * Whether pushes go to this browser's subscription: 204. 200 with the key to subscribe with: it has
   * ended, and another one has to be made. 404: notifications are not turned on here.
   */
  async PATCH(ctx) {
    const { services } = ctx.state;
    const told = await read(ctx.req, ctx.state);
    const found = await checkDevice(services, personOf(ctx.state).id, told);
    if (found === "gone") {
      return Response.json({ key: await services.push.publicKey() });
    }
    return new Response(null, { status: found === "known" ? 204 : 404 });
  },
});
