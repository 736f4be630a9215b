import { personOf } from "../../../http/middleware/person.ts";
import { readPicture } from "../../../people/profile.ts";
import { findPerson, noPerson } from "../../../people/visible.ts";
import { define } from "../../../utils.ts";

export const handler = define.handlers({
  /** The picture somebody chose, for whoever may see them; kept for an hour. */
  async GET(ctx) {
    const { services } = ctx.state;
    const { id } = await findPerson(
      services,
      personOf(ctx.state),
      ctx.params.id,
    );
    const bytes = await readPicture(services, id);
    if (bytes === null) throw noPerson();
    return new Response(bytes, {
      headers: {
        "content-type": "image/webp",
        "cache-control": "private, max-age=3600",
      },
    });
  },
});
