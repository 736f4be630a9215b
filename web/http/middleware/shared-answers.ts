/**
 * Forms and their answers in KV, for a form whose second press reaches another instance of web. An
 * answer may hold a session's cookie: it is sealed with a key that is made of the form itself and
 * kept nowhere, so that only whoever sends that very form again opens it.
 */
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { DataKeys, isSealed, type Sealed } from "../../sealing/data-keys.ts";
import { type Kept, msOf } from "./kept-answers.ts";

/**
 * How long a form may take before somebody else may take it up: its instance may have been killed. A
 * second press waits for that long at most.
 */
const UNDER_WAY_MS = 60_000;
/** How soon a waiting press looks again, and how seldom at last. */
const LOOK_MS = { first: 50, last: 800 };
/** The most bytes of an answer that is kept; a value of KV may take 64 KiB. */
const MOST_BYTES = 60_000;

/** What a form is known by: a name to find it under, and what seals its answer. */
export interface FormKey {
  name: string;
  keys: DataKeys;
}

/** Under way until then (ms since 1970), or how it was answered. */
type Stored = { until: number } | Sealed;

const placeOf = ({ name }: FormKey): Deno.KvKey => ["forms", name];

const hashOf = async (text: string, bytes: Uint8Array): Promise<Uint8Array> => {
  const prefix = new TextEncoder().encode(text);
  const whole = new Uint8Array(prefix.length + bytes.length);
  whole.set(prefix);
  whole.set(bytes, prefix.length);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
};

/** @param bytes the hash of all that is in the form, its unguessable number among it. */
export async function formKeyOf(bytes: Uint8Array): Promise<FormKey> {
  const name = await hashOf("name of a form\0", bytes);
  const key = await hashOf("key of a form\0", bytes);
  const written = key.toBase64({ alphabet: "base64url", omitPadding: true });
  return { name: name.toBase64(), keys: new DataKeys([written]) };
}

async function seal(
  form: FormKey,
  kept: Kept,
  ms = msOf(kept),
): Promise<Sealed | undefined> {
  const page = kept.page && await promisify(gzip)(kept.page);
  const until = Date.now() + ms;
  const sealed = form.keys.seal(placeOf(form), { ...kept, page }, until);
  return sealed.bytes.length > MOST_BYTES ? undefined : sealed;
}

async function open(form: FormKey, sealed: Sealed): Promise<Kept> {
  const kept = form.keys.open(placeOf(form), sealed) as Kept;
  const page = kept.page && new Uint8Array(await promisify(gunzip)(kept.page));
  return { ...kept, page };
}

/** Keeps an answer for so long; false where it is too large. */
export async function keepAnswer(
  kv: Deno.Kv,
  form: FormKey,
  kept: Kept,
  ms: number,
): Promise<boolean> {
  const sealed = await seal(form, kept, ms);
  if (!sealed) return false;
  await kv.set(placeOf(form), sealed, { expireIn: ms });
  return true;
}

/** An answer that was kept by {@link keepAnswer}, until it is over. */
export async function keptAnswer(
  kv: Deno.Kv,
  form: FormKey,
): Promise<Kept | undefined> {
  const { value } = await kv.get<Stored>(placeOf(form));
  const isThere = isSealed(value) && (value.expiresAt ?? 0) > Date.now();
  return isThere ? await open(form, value) : undefined;
}

/** What became of a form that is sent: it was answered before, or is now this instance's to answer. */
export type Claim = { again: Kept } | {
  /** Says how it was answered; undefined: it may be sent again. Never throws. */
  settle(kept: Kept | undefined): Promise<void>;
};

/**
 * Claims a form for this press. While another instance has it under way, this waits.
 *
 * @param who whose press it is: a page is given again to nobody else.
 * @throws {Error} what KV throws.
 */
export async function claimForm(
  kv: Deno.Kv,
  form: FormKey,
  who: string,
): Promise<Claim> {
  const key = placeOf(form);
  const nobody: Deno.AtomicCheck = { key, versionstamp: null };
  // Nearly every form is pressed once: one write finds out.
  let mine = await take(kv, nobody);
  for (let waitMs = LOOK_MS.first; mine === null;) {
    const entry = await kv.get<Stored>(key);
    // KV deletes what is over at some time after.
    const { expiresAt = 0 } = isSealed(entry.value) ? entry.value : {};
    if (isSealed(entry.value) && expiresAt > Date.now()) {
      const kept = await open(form, entry.value);
      if (!kept.page || kept.who === who) return { again: kept };
    } else if (isUnderWay(entry.value)) {
      await new Promise((done) => setTimeout(done, waitMs));
      waitMs = Math.min(waitMs * 2, LOOK_MS.last);
      continue;
    }
    mine = await take(kv, entry);
  }
  const own = mine;
  return { settle: (kept) => settle(kv, form, own, kept).catch(() => {}) };
}

const isUnderWay = (stored: Stored | null): boolean =>
  stored !== null && !isSealed(stored) && stored.until > Date.now();

/** The version of the entry that says that the form is under way; null when it changed before. */
async function take(
  kv: Deno.Kv,
  check: Deno.AtomicCheck,
): Promise<string | null> {
  const until = Date.now() + UNDER_WAY_MS;
  const taken = await kv.atomic().check(check)
    .set(check.key, { until }, { expireIn: UNDER_WAY_MS }).commit();
  return taken.ok ? taken.versionstamp : null;
}

async function settle(
  kv: Deno.Kv,
  form: FormKey,
  versionstamp: string,
  kept: Kept | undefined,
): Promise<void> {
  const key = placeOf(form);
  const sealed = kept && await seal(form, kept);
  const commit = kv.atomic().check({ key, versionstamp });
  if (!kept || !sealed) await commit.delete(key).commit();
  else await commit.set(key, sealed, { expireIn: msOf(kept) }).commit();
}
