import { addFile } from "../../../../files/add.ts";
import { personOf } from "../../../../http/middleware/person.ts";
import { NewFileQuery } from "../../../../http/openapi/requests.ts";
import { paced } from "../../../../http/requests/body.ts";
import { shareOf } from "../../../../http/requests/body-budget.ts";
import { readShape } from "../../../../http/requests/json.ts";
import { announcedBy } from "../../../../http/requests/upload.ts";
import { define } from "../../../../utils.ts";

export const handler = define.handlers({
  /** Adds the file that is the body to a room: 201 with what is known of it. */
  async POST(ctx) {
    const { services } = ctx.state;
    const me = personOf(ctx.state);
    const query = Object.fromEntries(ctx.url.searchParams);
    const { name = "" } = readShape(query, NewFileQuery);
    const file = await addFile(services, me, ctx.params.id, {
      name,
      bytes: paced(ctx.req),
      announced: announcedBy(ctx.req),
      hold: (bytes) => shareOf(ctx.req)?.hold(bytes),
    });
    return Response.json(file, { status: 201 });
  },
});
