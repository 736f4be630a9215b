import { personOf } from "../../../http/middleware/person.ts";
import { shownHere } from "../../../notifications/here.ts";
import { isId, notFound } from "../../../rooms/store.ts";
import { define } from "../../../utils.ts";

export const handler = define.handlers({
  /**
   * What a page that nobody looks at shows of a message; 204: nothing, as the person has read it, or
   * chose so.
   */
  async GET(ctx) {
    const me = personOf(ctx.state);
    const message = ctx.url.searchParams.get("message") ?? "";
    if (!isId(message)) throw notFound();
    const { services } = ctx.state;
    const told = await shownHere(services, me.id, ctx.params.id, message);
    if (told === null) return new Response(null, { status: 204 });
    const headers = { "content-type": "application/json" };
    return new Response(told, { headers });
  },
});
