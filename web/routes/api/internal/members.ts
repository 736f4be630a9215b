import { Buckets } from "../../../../realtime/common/buckets.ts";
import type {
  MemberList,
  MembersAnswer,
} from "../../../../realtime/protocol-http.ts";
import { AppError } from "../../../errors.ts";
import { calledFor } from "../../../http/requests/realtime-caller.ts";
import { readMembers } from "../../../rooms/hand-over.ts";
import { isMember } from "../../../rooms/rooms.ts";
import { isId } from "../../../rooms/store.ts";
import { define } from "../../../utils.ts";

/** Rooms in one question. */
const MOST = 50;

/**
 * Questions one person may bring about: an instance of realtime that knows no rooms yet asks a
 * hundred for somebody in the most rooms there may be. Each may read 50 rooms of 10,000 members.
 */
const RATE = 2, BURST = 200;
const questions = new Buckets();

const tooMany = (wait: number) =>
  new AppError({
    code: "too-many-requests",
    status: 429,
    message: "That was asked too often. Please try again in a moment.",
    retryAfter: Math.ceil(wait),
  });

export const handler = define.handlers({
  /**
   * Who is in these rooms, of those that a person is in. Realtime asks, with the token by which
   * that person asked realtime: it learns what the person may know, and needs no key of its own.
   */
  async GET(ctx) {
    const { services } = ctx.state;
    const me = await calledFor(services, ctx.req);
    const wait = questions.take(me, RATE, BURST);
    if (wait > 0) throw tooMany(wait);
    const asked = (ctx.url.searchParams.get("rooms") ?? "").split(",");
    const rooms: Record<string, MemberList> = {};
    for (const id of [...new Set(asked)].filter(isId).slice(0, MOST)) {
      if (!await isMember(services, me, id)) continue;
      const list = await readMembers(services.kv, id);
      // They may have left between the two looks.
      if (list && Object.hasOwn(list.members, me)) rooms[id] = list;
    }
    return Response.json({ rooms } satisfies MembersAnswer);
  },
});
