import { decodeJwt } from "jose";
import type { Role } from "../protocol.ts";
import type { MemberList, MembersAnswer } from "../protocol-http.ts";

/** Who is in which room, as a stand-in for web knows it. */
export class Membership {
  readonly #rooms = new Map<string, MemberList>();
  /** The rooms that were asked about, each time. */
  readonly asked: string[][] = [];

  /** Makes a person a member, or gives them another role. */
  add(room: string, userId: string, role: Role = "member"): MemberList {
    const { version, members } = this.of(room);
    if (members[userId] === role) return this.of(room);
    return this.set(room, {
      version: version + 1,
      members: { ...members, [userId]: role },
    });
  }

  remove(room: string, userId: string): MemberList {
    const { version, members } = this.of(room);
    const { [userId]: _, ...others } = members;
    return this.set(room, { version: version + 1, members: others });
  }

  end(room: string): MemberList {
    const { version } = this.of(room);
    return this.set(room, { version: version + 1, members: {}, ended: true });
  }

  set(room: string, list: MemberList): MemberList {
    this.#rooms.set(room, list);
    return list;
  }

  of(room: string): MemberList {
    return this.#rooms.get(room) ?? { version: 0, members: {} };
  }

  /** Answers realtime, as web does. */
  answer(request: Request): Response {
    const [, token = ""] = (request.headers.get("authorization") ?? "").split(
      " ",
    );
    const { sub = "" } = decodeJwt(token);
    const ids = new URL(request.url).searchParams.get("rooms")?.split(",") ??
      [];
    this.asked.push(ids);
    const rooms: MembersAnswer["rooms"] = {};
    for (const id of ids) {
      const list = this.of(id);
      if (Object.hasOwn(list.members, sub)) rooms[id] = list;
    }
    return Response.json({ rooms } satisfies MembersAnswer);
  }
}
