import { z } from "zod";
import { takeRate } from "../../../access/rates.ts";
import type { NudgeAnswer } from "../../../../realtime/protocol-http.ts";
import { readJson } from "../../../http/requests/json.ts";
import { closeReadSoon } from "../../../notifications/closing.ts";
import { notifyPeople } from "../../../notifications/work.ts";
import { define } from "../../../utils.ts";

const Nudged = z.object({
  reads: z.array(z.tuple([z.string().max(64), z.string().max(64)])).max(100),
});

export const handler = define.handlers({
  /**
   * Realtime says that there is something to tell people, with the token of somebody who brought it
   * about: what there is, and who may know, is looked up. The answer comes when a slice is done.
   */
  async POST(ctx) {
    const { services, askedFor: me = "" } = ctx.state;
    const { reads } = await readJson(ctx.req, Nudged);
    closeReadSoon(
      services,
      reads.filter(() => takeRate(services, "readings", me) === 0),
    );
    const wait = takeRate(services, "alerts", me);
    if (wait > 0) {
      return Response.json({ again: wait * 1_000 } satisfies NudgeAnswer);
    }
    const again = await notifyPeople(services);
    return Response.json({ again } satisfies NudgeAnswer);
  },
});
