import { z } from "zod";
import { personOf } from "../../../http/middleware/person.ts";
import { readJson } from "../../../http/requests/json.ts";
import { addDevice, browserName } from "../../../notifications/devices.ts";
import { define } from "../../../utils.ts";

/** What a browser's subscription is as JSON. */
const Subscription = z.object({
  endpoint: z.string().max(1_000),
  p256dh: z.string().max(200),
  auth: z.string().max(100),
});

export const handler = define.handlers({
  /** Keeps this browser's subscription: 204. */
  async POST(ctx) {
    const me = personOf(ctx.state);
    const given = await readJson(ctx.req, Subscription);
    const name = browserName(ctx.req.headers.get("user-agent") ?? "");
    const { services, session } = ctx.state;
    const token = session?.token ?? "";
    await addDevice(services, me.id, { ...given, name, token });
    return new Response(null, { status: 204 });
  },
});
