import { networkOf } from "../../realtime/common/network.ts";
import { AppError } from "../errors.ts";
import {
  clearAttempts,
  type Limit,
  limit,
  returnAttempts,
  takeAttempts,
} from "./attempts.ts";
import { deviceOf, isKnownDevice } from "./devices.ts";
import { normaliseEmail } from "./email.ts";
import {
  hashPassword,
  isOutdated,
  UNKNOWN_HASH,
  verifyPassword,
} from "./password-hash.ts";
import { sha256 } from "./secrets.ts";
import {
  type AccountRecord,
  isOver,
  keys,
  readRecord,
  type Store,
  toAccount,
} from "./store.ts";
import type { Account } from "./types.ts";

const wrongCredentials = (): AppError =>
  new AppError({
    code: "wrong-credentials",
    status: 401,
    message: "That e-mail or password is not right. Check both and try again.",
  });

/**
 * The limits on guessing. A guesser elsewhere uses up only their own share of an account's
 * attempts. Past the wide limit, for guessers in many places, tries from each place are few
 * instead of none: the right person on a new device is slowed down and not kept out.
 */
async function limitsFor(emailKey: string, ip: string) {
  const whom = await sha256(emailKey);
  const network = networkOf(ip);
  const at = `${whom} ${network}`;
  const here = limit("password-here", at);
  const anywhere = limit("password", whom);
  const byNetwork = limit("password-network", network);
  const slowly = limit("password-slowly", at);
  const flood = limit("password-flood", whom);
  return { here, anywhere, byNetwork, slowly, flood };
}

/**
 * Counts one try. Gives the limits it was counted against.
 *
 * @throws {AppError} `too-many-attempts` (429) with `retryAfter`.
 */
async function countTry(
  s: Store,
  emailKey: string,
  ip: string,
  knownDevice: string | null,
): Promise<Limit[]> {
  const limits = await limitsFor(emailKey, ip);
  const { here, anywhere, byNetwork, slowly, flood } = limits;
  const take = async (taken: Limit[]) => {
    await takeAttempts(s, taken);
    return taken;
  };
  if (knownDevice !== null) {
    const whom = await deviceOf(knownDevice);
    return await take([limit("password-device", whom)]);
  }
  try {
    return await take([here, byNetwork, anywhere]);
  } catch (error) {
    if (!(error instanceof AppError) || error.status !== 429) throw error;
    // When it is because of everywhere, a few from here all the same.
    return await take([here, byNetwork, slowly, flood]);
  }
}

async function recordByEmail(
  kv: Deno.Kv,
  emailKey: string,
): Promise<AccountRecord | null> {
  const { value: id } = await kv.get<string>(keys.accountByEmail(emailKey));
  const record = await readRecord(kv, id ?? "");
  return record && isOver(record) ? null : record;
}

/** Hashes the password again when the parameters have changed since. */
async function refreshHash(
  s: Store,
  record: AccountRecord,
  password: string,
): Promise<void> {
  if (!isOutdated(record.passwordHash)) return;
  const passwordHash = await hashPassword(password);
  const entry = await s.kv.get<AccountRecord>(keys.account(record.id));
  // A password changed in between is newer than the one that was checked.
  if (entry.value?.passwordHash !== record.passwordHash) return;
  await s.kv.atomic().check(entry)
    .set(entry.key, { ...entry.value, passwordHash }).commit();
}

/** Lets somebody who has just proved otherwise who they are try again from here. */
export async function forgetFailures(
  s: Store,
  emailKey: string,
  ip: string,
): Promise<void> {
  const { here } = await limitsFor(emailKey, ip);
  await clearAttempts(s, here);
}

/** An e-mail and a password, as somebody at `ip` gives them. */
export interface Credentials {
  email: string;
  password: string;
  ip: string;
  /** The cookie by which a device is known: see devices.ts. */
  device?: string | null;
}

/**
 * The account with this e-mail and password, as it was when the password was compared. The first
 * step of signing in, never the last. An unknown e-mail gets the same answer, after the same work,
 * as a wrong password.
 *
 * @throws {AppError} `wrong-credentials` (401); `too-many-attempts` (429) with `retryAfter`; `busy`
 * (503) when too many sign in.
 */
export async function checkCredentials(
  s: Store,
  { email, password, ip, device = null }: Credentials,
): Promise<AccountRecord> {
  const emailKey = normaliseEmail(email) ?? "";
  const record = await recordByEmail(s.kv, emailKey);
  const isKnown = await isKnownDevice(s, record?.id ?? "", device);
  const counted = await countTry(s, emailKey, ip, isKnown ? device : null);
  const hash = record?.passwordHash ?? UNKNOWN_HASH;
  const isRight = await verifyPassword(password, hash).catch(async (error) => {
    // Nothing was found out: it was no try.
    await returnAttempts(s, counted);
    throw error;
  });
  if (record === null || !isRight) throw wrongCredentials();
  const [own, ...shared] = counted;
  await clearAttempts(s, own);
  await returnAttempts(s, shared);
  await refreshHash(s, record, password);
  return record;
}

/** {@link checkCredentials}, for whoever needs to know only whose they are. */
export async function checkPassword(
  s: Store,
  credentials: Credentials,
): Promise<Account> {
  return toAccount(await checkCredentials(s, credentials));
}
