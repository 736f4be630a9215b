import { momentBegunOf } from "../kv-moment.ts";
import type { RealtimeClient, Services } from "../services.ts";
import { isMember } from "./rooms.ts";
import { membershipsOf } from "./memberships.ts";
import {
  isId,
  keys,
  type Membership,
  notFound,
  roomArchived,
  type StoredRoom,
} from "./store.ts";

/** Who was found to write in which room is remembered of so many: some 200 bytes each. */
const MOST = 10_000;

/**
 * The room log for the members of each room alone. Realtime looks as well, at its copy of who is
 * in a room; here it is looked up, so that a removal counts also while that is behind.
 *
 * Every method throws AppError `not-found` (404) to anyone else, and those that write
 * `room-archived` (409).
 */
export function membersOnly(
  log: RealtimeClient,
  s: Pick<Services, "kv">,
): RealtimeClient {
  /** The same method, for members. */
  function checked<
    A extends [account: { id: string }, roomId: string, ...unknown[]],
    R,
  >(method: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
    return async (...args) => {
      const [account, roomId] = args;
      if (!await isMember(s, account.id, roomId)) throw notFound();
      return await method(...args);
    };
  }
  /** The moments of the KV at which people were found to write in rooms. */
  const found = new Map<string, number>();

  /** The same, of what is refused once the room is archived. */
  function writing<
    A extends [account: { id: string }, roomId: string, ...unknown[]],
    R,
  >(method: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
    return (...args) => {
      const [account, roomId] = args;
      const moment = momentBegunOf(s.kv);
      const isFound = moment !== undefined &&
        found.get(`${roomId} ${account.id}`) === moment;
      return isFound ? method(...args) : looked(moment, args);
    };

    async function looked(moment: number | undefined, args: A): Promise<R> {
      const [account, roomId] = args;
      if (!isId(roomId)) throw notFound();
      const [member, room] = await s.kv.getMany<[Membership, StoredRoom]>([
        keys.member(roomId, account.id),
        keys.room(roomId),
      ]);
      if (member.versionstamp === null) throw notFound();
      if (room.value?.archivedAt !== undefined) throw roomArchived();
      if (found.size >= MOST) found.clear();
      if (moment !== undefined) found.set(`${roomId} ${account.id}`, moment);
      return await method(...args);
    }
  }
  return {
    ...log,
    history: checked((...call) => log.history(...call)),
    async search(account, search) {
      const mine = await membershipsOf(s, account.id);
      const rooms = search.rooms.filter((id) => mine.has(id));
      return await log.search(account, { ...search, rooms });
    },
    post: writing((...call) => log.post(...call)),
    find: checked((...call) => log.find(...call)),
    amend: writing((...call) => log.amend(...call)),
    markRead: checked((...call) => log.markRead(...call)),
    stream: checked((...call) => log.stream(...call)),
  };
}
