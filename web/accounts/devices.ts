/**
 * Devices somebody has signed in with before. A password may be guessed at from everywhere until
 * an account takes no more tries; whoever comes from a device it knows must not be kept out by
 * that (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
 */
import { isToken, sha256 } from "./secrets.ts";
import { keys, type Store } from "./store.ts";

/** How long a device is known after it was last remembered. */
export const DEVICE_MS = 180 * 24 * 60 * 60 * 1000;
/** Accounts one device is known for: a family's tablet has a few. */
const MOST_ACCOUNTS = 6;

/** What the cookie says: a secret, and by short names which accounts know it. */
function read(
  cookie: string | null,
): { token: string; names: string[] } | null {
  const [token = "", ...names] = (cookie ?? "").slice(0, 200).split(".");
  return isToken(token) ? { token, names } : null;
}

const nameOf = async (accountId: string): Promise<string> =>
  (await sha256(accountId)).slice(0, 8);

/** Whether the account has been signed in to on the device with this cookie. */
export async function isKnownDevice(
  s: Store,
  accountId: string,
  cookie: string | null,
): Promise<boolean> {
  const token = read(cookie)?.token ?? "";
  const key = keys.device(accountId, await sha256(token));
  return (await s.kv.get(key)).value !== null && token !== "";
}

/** What tries of a device are counted by. */
export const deviceOf = (cookie: string): Promise<string> =>
  sha256(read(cookie)?.token ?? "");

/**
 * The secret of a device that brings no cookie, made of its session's: whoever never keeps the cookie
 * leaves one entry for each session, and not one for each page.
 */
async function newDevice(sessionToken: string): Promise<string> {
  const bytes = Uint8Array.fromHex(await sha256(`device of ${sessionToken}`));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/**
 * Remembers the device of somebody who is signed in. The new value of the cookie; null when the
 * cookie says already that it is known.
 *
 * @param sessionToken of the session they are signed in with.
 */
export async function rememberDevice(
  s: Store,
  { accountId, sessionToken }: { accountId: string; sessionToken: string },
  cookie: string | null,
): Promise<string | null> {
  const name = await nameOf(accountId);
  const known = read(cookie);
  if (known?.names.includes(name)) return null;
  const token = known?.token ?? await newDevice(sessionToken);
  const names = [...(known?.names ?? []), name].slice(-MOST_ACCOUNTS);
  const key = keys.device(accountId, await sha256(token));
  if ((await s.kv.get(key)).value === null) {
    await s.kv.set(key, true, { expireIn: DEVICE_MS });
  }
  return [token, ...names].join(".");
}

/** Forgets all devices of an account. */
export async function forgetDevices(s: Store, accountId: string) {
  for await (const { key } of s.kv.list({ prefix: keys.devices(accountId) })) {
    await s.kv.delete(key);
  }
}
