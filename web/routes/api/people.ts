import { PeopleQuery } from "../../http/openapi/requests.ts";
import { readShape } from "../../http/requests/json.ts";
import { personOf } from "../../http/middleware/person.ts";
import { findPeople } from "../../people/directory.ts";
import { define } from "../../utils.ts";

export const handler = define.handlers({
  /** The people I may find, by name, a page at a time. */
  async GET(ctx) {
    const me = personOf(ctx.state);
    const asked = Object.fromEntries(ctx.url.searchParams);
    const query = readShape(asked, PeopleQuery);
    return Response.json(await findPeople(ctx.state.services, me, query));
  },
});
