import { choiceOf } from "../../dictation/choice.ts";
import { readDictation } from "../../dictation/settings.ts";
import { speechOf } from "../../dictation/speech.ts";
import { personOf } from "../../http/middleware/person.ts";
import { define } from "../../utils.ts";

export const handler = define.handlers({
  /** In which languages I can dictate, and which one I chose. */
  async GET(ctx) {
    const { services } = ctx.state;
    const me = personOf(ctx.state);
    const [speech, settings] = await Promise.all([
      speechOf(services.config),
      readDictation(services, me.id),
    ]);
    return Response.json(choiceOf(speech, settings));
  },
});
