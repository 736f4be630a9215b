/**
 * What people tell of themselves, beside their name. Nothing of it is asked for: until somebody
 * chooses otherwise they have initials, and neither a line nor a time zone.
 *
 * | key | value |
 * |---|---|
 * | `["profiles", account id]` | {@link Profile} |
 * | `["profile_pictures", account id]` | a WebP of at most 60,000 bytes |
 */
import { invalid } from "../accounts/fields.ts";
import {
  keys as accountKeys,
  noAccount,
  untilCommitted,
} from "../accounts/store.ts";
import { cleanName } from "../clean-name.ts";
import { getAll, randomId } from "../rooms/store.ts";
import { makePortrait } from "./portrait.ts";

interface Store {
  kv: Deno.Kv;
}

export interface Profile {
  /** A line about them. */
  about?: string;
  /** An IANA name, as Europe/Berlin. */
  timeZone?: string;
  /** Which picture they chose: another one has another name. */
  picture?: string;
}

/** Characters of the line about somebody. */
export const ABOUT_LENGTH = 160;

export const keys = {
  profile: (id: string) => ["profiles", id],
  picture: (id: string) => ["profile_pictures", id],
};

/** What these people tell, in their order; nothing where they tell nothing. */
export async function profilesOf(
  { kv }: Store,
  ids: string[],
): Promise<Profile[]> {
  const found = await getAll<Profile>(kv, ids.map(keys.profile));
  return found.map((profile) => profile ?? {});
}

/** Changes a profile, and with `also` what belongs to it, of an account that is still there. */
function change(
  { kv }: Store,
  id: string,
  how: (profile: Profile) => Profile,
  also: (commit: Deno.AtomicOperation) => void = () => {},
): Promise<Profile> {
  return untilCommitted(async () => {
    const [account, entry] = await kv.getMany<[unknown, Profile]>([
      accountKeys.account(id),
      keys.profile(id),
    ]);
    if (account.versionstamp === null) throw noAccount();
    const profile = how(entry.value ?? {});
    const commit = kv.atomic().check(account).check(entry)
      .set(entry.key, profile);
    also(commit);
    return (await commit.commit()).ok ? profile : undefined;
  });
}

/** The zones one can choose from. */
export const TIME_ZONES: string[] = [
  "UTC",
  ...Intl.supportedValuesOf("timeZone"),
]
  .filter((zone, at, all) => all.indexOf(zone) === at);

/**
 * The name this runtime has for a zone, whichever of its names is given: browsers of other makers
 * say Asia/Kolkata for Asia/Calcutta. There are zones beside those that one can choose, such as
 * Etc/GMT+5, where somebody's clock may be. Undefined for what is no zone.
 */
export function timeZoneNamed(given: string): string | undefined {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: given })
      .resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/**
 * Sets what somebody tells of themselves; what is empty is told no longer.
 *
 * @throws {AppError} `invalid` (422) with `fields.about` or `fields.timeZone`; `not-found` (404).
 */
export async function describeOneself(
  s: Store,
  id: string,
  told: { about: string; timeZone: string },
): Promise<Profile> {
  // Longer texts are not looked at: no form of ours sends one.
  const about = cleanName(told.about.slice(0, 8 * ABOUT_LENGTH));
  if ([...about].length > ABOUT_LENGTH) {
    throw invalid({ about: `Use at most ${ABOUT_LENGTH} characters.` });
  }
  const timeZone = told.timeZone ? timeZoneNamed(told.timeZone) : undefined;
  if (told.timeZone && !timeZone) {
    throw invalid({ timeZone: "Choose a time zone from the list." });
  }
  return await change(s, id, ({ picture }) => ({
    about: about || undefined,
    timeZone,
    picture,
  }));
}

/**
 * Gives somebody a picture that everyone who sees them sees, made anew from what they chose.
 *
 * @throws {AppError} what `makePortrait` throws; `not-found` (404).
 */
export async function choosePicture(
  s: Store,
  id: string,
  given: Uint8Array,
): Promise<void> {
  const bytes = await makePortrait(id, given);
  const picture = randomId();
  await change(s, id, (profile) => ({ ...profile, picture }), (commit) => {
    commit.set(keys.picture(id), bytes);
  });
}

/** Has initials stand for somebody again. */
export async function removePicture(s: Store, id: string): Promise<void> {
  await change(s, id, ({ picture: _picture, ...rest }) => rest, (commit) => {
    commit.delete(keys.picture(id));
  });
}

/** The picture somebody chose, if they did. */
export async function readPicture(
  { kv }: Store,
  id: string,
): Promise<Uint8Array<ArrayBuffer> | null> {
  return (await kv.get<Uint8Array<ArrayBuffer>>(keys.picture(id))).value;
}

/** Makes `commit` forget what somebody told. */
export function forgetProfile(commit: Deno.AtomicOperation, id: string): void {
  commit.delete(keys.profile(id)).delete(keys.picture(id));
}
