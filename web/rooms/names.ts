import { type AccountRecord, keys as accountKeys } from "../accounts/store.ts";
import type { Services } from "../services.ts";
import { looksOf } from "./looks.ts";
import { keys, listAll, type Membership } from "./store.ts";

/** What people read where somebody wrote whose account is gone. */
export const DELETED_PERSON = "Deleted person";

/** Keys that KV reads at once. */
const AT_ONCE = 10;

/** The names that accounts have now, by their ids; {@link DELETED_PERSON} where there is none. */
export async function namesOf(
  s: Pick<Services, "kv">,
  ids: Iterable<string>,
): Promise<Map<string, string>> {
  const all = [...new Set(ids)];
  const batches = Array.from(
    { length: Math.ceil(all.length / AT_ONCE) },
    (_, i) => all.slice(i * AT_ONCE, (i + 1) * AT_ONCE),
  );
  const read = await Promise.all(batches.map(async (batch) => {
    const entries = await s.kv.getMany<AccountRecord[]>(
      batch.map(accountKeys.account),
    );
    return batch.map((id, i) =>
      [id, entries[i].value?.name ?? DELETED_PERSON] as const
    );
  }));
  return new Map(read.flat());
}

/** Members of a room, the longest-standing first. */
export const byStanding = (
  a: { id: string; joinedAt: number },
  b: { id: string; joinedAt: number },
): number => a.joinedAt - b.joinedAt || (a.id < b.id ? -1 : 1);

/**
 * What the people of a room are called in it, by their ids: the name of their account as it is
 * now, and a number behind it where it looks like that of somebody who was there before, as
 * `Ada (2)`. Those who are gone, but wrote something, come after the members.
 *
 * @param others ids of people who may not be members any more.
 */
export async function roomNames(
  s: Pick<Services, "kv">,
  roomId: string,
  others: Iterable<string> = [],
): Promise<Map<string, string>> {
  const entries = await listAll<Membership>(s.kv, keys.members(roomId));
  const members = entries
    .map(({ key, value: { joinedAt } }) => ({
      id: String(key.at(-1)),
      joinedAt,
    }))
    .sort(byStanding)
    .map(({ id }) => id);
  const gone = [...others].filter((id) => !members.includes(id)).sort();
  return toldApart(await namesOf(s, [...members, ...gone]));
}

/** A name of {@link roomNames} without the number that tells it apart. */
export const withoutNumber = (name: string): string =>
  name.replace(/ \(\d+\)$/, "");

/** The same names, in the same order, with a number behind those that look like an earlier one. */
export function toldApart(names: Map<string, string>): Map<string, string> {
  const taken = new Set([...names.values()].map(looksOf));
  const seen = new Map<string, number>();
  const apart = new Map<string, string>();
  for (const [id, name] of names) {
    const looks = looksOf(name);
    const before = seen.get(looks);
    seen.set(looks, before ?? 1);
    // People who are gone are told apart by nothing.
    if (before === undefined || name === DELETED_PERSON) {
      apart.set(id, name);
      continue;
    }
    let number = before;
    let numbered: string;
    do {
      number += 1;
      numbered = `${name} (${number})`;
    } while (taken.has(looksOf(numbered)));
    seen.set(looks, number);
    apart.set(id, numbered);
  }
  return apart;
}
