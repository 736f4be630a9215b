import type {
  MemberList,
  MembersAnswer,
} from "../../../../realtime/protocol-http.ts";
import { readMembers } from "../../../rooms/hand-over.ts";
import { isMember } from "../../../rooms/rooms.ts";
import { isId } from "../../../rooms/store.ts";
import { define } from "../../../utils.ts";

/** Rooms in one question. */
const MOST = 50;

export const handler = define.handlers({
  /**
   * Who is in these rooms, of those that a person is in. Realtime asks, with the token by which
   * that person asked realtime: it learns what the person may know, and needs no key of its own.
   */
  async GET(ctx) {
    const { services, askedFor: me = "" } = ctx.state;
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
