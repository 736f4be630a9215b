import type { Account } from "../accounts/types.ts";
import { getAll, keys, type StoredRoom } from "../rooms/store.ts";
import { serverNames } from "./names.ts";
import { type Profile, profilesOf } from "./profile.ts";
import { findPerson, type PeopleServices, sharedRooms } from "./visible.ts";

/** Somebody, as another person sees them. */
export interface SeenPerson extends Profile {
  id: string;
  /** See {@link serverNames}. */
  name: string;
  /** When their account was made, ms. */
  since: number;
  /** The named rooms both are in, by name. */
  rooms: { id: string; name: string }[];
}

/** Rooms in common that are listed. */
const LISTED = 100;

/**
 * What somebody may see of a person.
 *
 * @throws {AppError} `no-such-person` (404), see {@link findPerson}.
 */
export async function seePerson(
  s: PeopleServices,
  me: Account,
  id: string,
): Promise<SeenPerson> {
  const { createdAt } = await findPerson(s, me, id);
  const [names, [profile], shared] = await Promise.all([
    serverNames(s, [id]),
    profilesOf(s, [id]),
    id === me.id ? [] : sharedRooms(s, me.id, id),
  ]);
  const rooms = await getAll<StoredRoom>(
    s.kv,
    shared.slice(0, LISTED).map(keys.room),
  );
  return {
    ...profile,
    id,
    name: names.get(id)!,
    since: createdAt,
    rooms: rooms
      .filter((room) => room !== null)
      .filter(({ kind }) => kind !== "direct")
      .map(({ id, name }) => ({ id, name }))
      .sort((a, b) => a.name.localeCompare(b.name)),
  };
}
