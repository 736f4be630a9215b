import { createHash, timingSafeEqual } from "node:crypto";

const utf8 = new TextEncoder();

/** A random 256-bit secret in base64url: 43 characters. */
export const randomToken = (): string =>
  crypto.getRandomValues(new Uint8Array(32))
    .toBase64({ alphabet: "base64url", omitPadding: true });

/** Whether the text could be one of our tokens, so that junk never reaches KV. */
export const isToken = (text: string): boolean => /^[\w-]{43}$/.test(text);

/**
 * SHA-256 in hex. Enough for tokens, which are random; never for passwords, which are not.
 */
export function sha256(text: string): Promise<string> {
  // Several are made for each request; Web Crypto takes ten times as long for texts this short.
  const hash = createHash("sha256").update(text).digest("hex");
  return Promise.resolve(hash);
}

/** Whether two texts are equal, in time that depends on their lengths only. */
export function equalSecrets(a: string, b: string): boolean {
  const [left, right] = [utf8.encode(a), utf8.encode(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Six random digits, every code equally likely. */
export function randomCode(): string {
  const [number] = crypto.getRandomValues(new Uint32Array(1));
  // The last, incomplete million would make low codes likelier.
  if (number >= 4_294_000_000) return randomCode();
  return String(number % 1_000_000).padStart(6, "0");
}
