import { Remembered } from "../remembered.ts";
import type { Services } from "../services.ts";
import { keys, listAll, type Membership } from "./store.ts";

/** Makes `commit` put somebody into a room, or change how they are in it. */
export const putMembership = (
  commit: Deno.AtomicOperation,
  roomId: string,
  accountId: string,
  membership: Membership,
): Deno.AtomicOperation =>
  commit.set(keys.member(roomId, accountId), membership)
    .set(keys.accountRoom(accountId, roomId), membership)
    .set(keys.membershipsMark(accountId), true);

/** Makes `commit` take somebody out of a room. */
export const dropMembership = (
  commit: Deno.AtomicOperation,
  roomId: string,
  accountId: string,
): Deno.AtomicOperation =>
  commit.delete(keys.member(roomId, accountId))
    .delete(keys.accountRoom(accountId, roomId))
    .set(keys.membershipsMark(accountId), true);

/** Bytes of memory that memberships take in all; those of a person, and each of them: as measured. */
const MOST = 20_000_000, PERSON = 400, ROOM = 200;

const remembered = new Remembered<ReadonlyMap<string, Membership>>(
  MOST,
  ({ size }) => PERSON + ROOM * size,
);

/** How somebody is in each of their rooms, by the ids of those. */
export const membershipsOf = (
  { kv }: Pick<Services, "kv">,
  accountId: string,
): Promise<ReadonlyMap<string, Membership>> =>
  remembered.get(
    kv,
    accountId,
    [keys.membershipsMark(accountId)],
    async () => {
      const prefix = keys.accountRooms(accountId);
      const entries = await listAll<Membership>(kv, prefix);
      return new Map(
        entries.map(({ key, value }) => [String(key.at(-1)), value]),
      );
    },
  );

/** The ids of an account's rooms. */
export const roomsOf = async (
  s: Pick<Services, "kv">,
  accountId: string,
): Promise<string[]> => [...(await membershipsOf(s, accountId)).keys()];
