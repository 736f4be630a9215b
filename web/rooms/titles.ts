import { serverNames } from "../people/names.ts";
import { keys, type StoredRoom } from "./store.ts";
import type { Room } from "./types.ts";

interface Store {
  kv: Deno.Kv;
}

/** Made when somebody first needs it: it would take a start some ten milliseconds. */
let list: Intl.ListFormat | undefined;

/** A name whose letters do not change the order of those around it (UAX #9, isolates). */
const apart = (name: string): string => `\u2068${name}\u2069`;

/** What a conversation with these people is called. */
function titleOf(names: string[]): string {
  if (names.length === 1) return names[0];
  list ??= new Intl.ListFormat("en", { type: "conjunction" });
  return list.format(names.map(apart));
}

/**
 * Rooms as somebody sees them, in their order: a direct one is called after the others in it, by
 * their present names.
 */
export async function seenBy(
  s: Store,
  accountId: string,
  rooms: StoredRoom[],
): Promise<Room[]> {
  const others = ({ people = [] }: StoredRoom) =>
    people.filter((id) => id !== accountId);
  const names = await serverNames(s, rooms.flatMap(others));
  return rooms.map((stored) => {
    const { memberCount: _count, version: _version, people, ...room } = stored;
    return {
      ...room,
      kind: stored.kind ?? "closed",
      ...(people
        ? { name: titleOf(others(stored).map((id) => names.get(id)!)) }
        : {}),
    };
  });
}

/** {@link seenBy} of one room. */
export const roomSeenBy = async (
  s: Store,
  accountId: string,
  room: StoredRoom,
): Promise<Room> => (await seenBy(s, accountId, [room]))[0];

/** The room with this id as somebody sees it, if it is there. */
export async function readRoom(
  s: Store,
  accountId: string,
  roomId: string,
): Promise<Room | null> {
  const { value } = await s.kv.get<StoredRoom>(keys.room(roomId));
  return value && await roomSeenBy(s, accountId, value);
}
