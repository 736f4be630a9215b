import { hashOf } from "./hashing.ts";
import { LONGEST_TRIED, normalisePassword } from "./password-rules.ts";
import { equalSecrets } from "./secrets.ts";

/** OWASP's minimum for argon2id: 19 MiB, two passes, one lane. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const HASH_BYTES = 32;
const SALT_BYTES = 16;

/** What a hash made with today's parameters starts with. */
const PREFIX = `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$`;
const PHC =
  /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** Hashes a new password into a PHC string. */
export function hashPassword(password: string): Promise<string> {
  return hashOf({
    password: normalisePassword(password),
    salt: crypto.getRandomValues(new Uint8Array(SALT_BYTES)),
    memorySize: MEMORY_KIB,
    iterations: PASSES,
    parallelism: LANES,
    hashLength: HASH_BYTES,
  });
}

/**
 * Whether a password has this hash, with the parameters the hash names.
 *
 * @throws {TypeError} when `phc` is no argon2id PHC string.
 */
export async function verifyPassword(
  password: string,
  phc: string,
): Promise<boolean> {
  const parts = phc.match(PHC);
  if (parts === null) throw new TypeError("not an argon2id PHC string");
  const [, memory, passes, lanes, salt, hash] = parts;
  const isPossible = password.length > 0 && password.length <= LONGEST_TRIED;
  const again = await hashOf({
    // What cannot be anyone's password takes as long to refuse as what could.
    password: isPossible ? normalisePassword(password) : "-",
    salt: Uint8Array.fromBase64(salt),
    memorySize: Number(memory),
    iterations: Number(passes),
    parallelism: Number(lanes),
    hashLength: Uint8Array.fromBase64(hash).length,
  });
  return equalSecrets(again, phc) && isPossible;
}

/** Whether the hash was made with other parameters than today's. */
export const isOutdated = (phc: string): boolean => !phc.startsWith(PREFIX);

/** A hash that no password has, for the work an unknown e-mail would otherwise save. */
export const UNKNOWN_HASH = `${PREFIX}${"A".repeat(22)}$${"A".repeat(43)}`;
