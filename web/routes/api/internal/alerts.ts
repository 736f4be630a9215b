import { z } from "zod";
import { Buckets } from "../../../../realtime/common/buckets.ts";
import type { NudgeAnswer } from "../../../../realtime/protocol-http.ts";
import { readJson } from "../../../http/requests/json.ts";
import { calledFor } from "../../../http/requests/realtime-caller.ts";
import { closeReadSoon } from "../../../notifications/closing.ts";
import { notifyPeople } from "../../../notifications/work.ts";
import { define } from "../../../utils.ts";

/** Calls that one person may bring about, a second. */
const RATE = 20, BURST = 200;
const calls = new Buckets();
/** Readings that one person may have looked at; realtime tells everybody's with one token. */
const READS_RATE = 100, READS_BURST = 1_000;
const readings = new Buckets();

const Nudged = z.object({
  reads: z.array(z.tuple([z.string().max(64), z.string().max(64)])).max(100),
});

export const handler = define.handlers({
  /**
   * Realtime says that there is something to tell people, with the token of somebody who brought it
   * about: what there is, and who may know, is looked up. The answer comes when a slice is done.
   */
  async POST(ctx) {
    const { services } = ctx.state;
    const me = await calledFor(services, ctx.req);
    const { reads } = await readJson(ctx.req, Nudged);
    closeReadSoon(
      services,
      reads.filter(() => readings.take(me, READS_RATE, READS_BURST) === 0),
    );
    const wait = calls.take(me, RATE, BURST);
    if (wait > 0) {
      return Response.json({ again: wait * 1_000 } satisfies NudgeAnswer);
    }
    const again = await notifyPeople(services);
    return Response.json({ again } satisfies NudgeAnswer);
  },
});
