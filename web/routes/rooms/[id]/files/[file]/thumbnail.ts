import { serveFile } from "../../../../../http/pages/file.ts";
import { personOf } from "../../../../../http/middleware/person.ts";
import { define } from "../../../../../utils.ts";

export const handler = define.handlers({
  /** The smaller picture of a picture. */
  GET({ req, state, params }) {
    const which = { roomId: params.id, id: params.file };
    const small = { thumbnail: true };
    return serveFile(state.services, personOf(state), which, req, small);
  },
});
