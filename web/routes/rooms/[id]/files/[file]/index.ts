import { serveFile } from "../../../../../http/pages/file.ts";
import { personOf } from "../../../../../http/middleware/person.ts";
import { define } from "../../../../../utils.ts";

export const handler = define.handlers({
  /** A file, or the part of it that is asked for. */
  GET({ req, state, params, url }) {
    const which = { roomId: params.id, id: params.file };
    const saved = url.searchParams.has("download");
    return serveFile(state.services, personOf(state), which, req, { saved });
  },
});
