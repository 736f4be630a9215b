import { type AccountRecord, keys as accountKeys } from "../accounts/store.ts";
import type { Account } from "../accounts/types.ts";
import { AppError } from "../errors.ts";
import { membershipsOf } from "../rooms/memberships.ts";
import { isId } from "../rooms/store.ts";
import type { Services } from "../services.ts";

export type PeopleServices = Pick<Services, "kv" | "config">;

/** The same for somebody who is not there, and for somebody one may not find. */
export const noPerson = (): AppError =>
  new AppError({
    code: "no-such-person",
    status: 404,
    message: "There is no such person, or you cannot see them here.",
  });

/** Whether somebody sees everyone on this server, or only those they share a room with. */
export const seesEveryone = (
  { config }: Pick<Services, "config">,
  { unconfirmedUntil }: Pick<Account, "unconfirmedUntil">,
): boolean =>
  config.peopleDirectory === "everyone" && unconfirmedUntil === undefined;

/** The ids of the rooms two people are both in. */
export async function sharedRooms(
  s: Pick<Services, "kv">,
  one: string,
  other: string,
): Promise<string[]> {
  const [mine, theirs] = await Promise.all([
    membershipsOf(s, one),
    membershipsOf(s, other),
  ]);
  return [...mine.keys()].filter((id) => theirs.has(id));
}

/**
 * Somebody, for whoever may see them: everyone whose address is confirmed where the directory is for
 * everyone, and whoever shares a room.
 *
 * @throws {AppError} `no-such-person` (404).
 */
export async function findPerson(
  s: PeopleServices,
  me: Account,
  id: string,
): Promise<AccountRecord> {
  const { value } = isId(id)
    ? await s.kv.get<AccountRecord>(accountKeys.account(id))
    : { value: null };
  if (value === null) throw noPerson();
  if (id === me.id) return value;
  const isFound = value.unconfirmedUntil === undefined && seesEveryone(s, me);
  if (isFound || (await sharedRooms(s, me.id, id)).length > 0) return value;
  throw noPerson();
}
