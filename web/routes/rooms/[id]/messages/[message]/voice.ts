import { personOf } from "../../../../../http/middleware/person.ts";
import { define } from "../../../../../utils.ts";
import { playVoice } from "../../../../../voices/play.ts";

export const handler = define.handlers({
  /** The recording of a voice note, or the part of it that is asked for. */
  GET({ req, state, params }) {
    const which = { roomId: params.id, id: params.message };
    return playVoice(state.services, personOf(state), which, req);
  },
});
