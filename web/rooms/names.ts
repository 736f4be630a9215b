import { EVERYONE, type Message } from "../../realtime/protocol.ts";
import { type AccountRecord, keys as accountKeys } from "../accounts/store.ts";
import { DELETED_PERSON } from "../client/drawn/deleted-person.ts";
import type { Services } from "../services.ts";
import { looksOf } from "./looks.ts";

/** Keys that KV reads at once. */
const AT_ONCE = 10;

/** The ids of those who wrote these messages or are mentioned in them; of people, not of everyone. */
export const peopleIn = (
  messages: Pick<Message, "sender" | "mentions">[],
): string[] =>
  messages.flatMap(({ sender, mentions = [] }) =>
    [sender, ...mentions].map(({ id }) => id)
  ).filter((id) => id !== EVERYONE);

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

/** A name of {@link toldApart} without the number that tells it apart. */
export const withoutNumber = (name: string): string =>
  name.replace(/ \(\d+\)$/, "");

/** What people look like beside whom others are to be told apart. */
export interface Looks {
  /** How many people have each look. */
  seen: ReadonlyMap<string, number>;
  /** Looks of the names people have, and of those they are shown by. */
  taken: ReadonlySet<string>;
}

const NOBODY: Looks = { seen: new Map(), taken: new Set() };

/**
 * The same names, in the same order, with a number behind those that look like an earlier one.
 *
 * @param others who were there before all of these, and keep the names they are shown by.
 */
export function toldApart(
  names: ReadonlyMap<string, string>,
  others = NOBODY,
): Map<string, string> {
  const own = new Set([...names.values()].map(looksOf));
  const isTaken = (looks: string) => own.has(looks) || others.taken.has(looks);
  const seen = new Map<string, number>();
  const apart = new Map<string, string>();
  for (const [id, name] of names) {
    const looks = looksOf(name);
    const before = seen.get(looks) ?? others.seen.get(looks) ??
      (others.taken.has(looks) ? 1 : undefined);
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
    } while (isTaken(looksOf(numbered)));
    seen.set(looks, number);
    apart.set(id, numbered);
  }
  return apart;
}

/** What these people look like. @param shown their names after {@link toldApart}. */
export function looksIn(
  names: ReadonlyMap<string, string>,
  shown: ReadonlyMap<string, string>,
): Looks {
  const seen = new Map<string, number>();
  const taken = new Set<string>();
  for (const [id, name] of names) {
    const looks = looksOf(name);
    taken.add(looks);
    const called = shown.get(id);
    if (called !== undefined && called !== name) taken.add(looksOf(called));
    seen.set(looks, (seen.get(looks) ?? 0) + 1);
  }
  return { seen, taken };
}
