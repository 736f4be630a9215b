/** Tokens as web signs them, and as it never would. */
import {
  calculateJwkThumbprint,
  importJWK,
  type JWK,
  type JWTPayload,
  SignJWT,
} from "jose";

/** The public half of a private key, and what web calls it. */
export async function keyOf(
  { kty, crv, x }: JWK,
): Promise<{ kid: string; publicKey: JWK }> {
  const publicKey = { kty, crv, x };
  return { kid: await calculateJwkThumbprint(publicKey), publicKey };
}

/** A token of these claims, signed with this private key. */
export async function signedBy(
  key: JWK,
  kid: string,
  claims: JWTPayload,
  header: Record<string, unknown> = {},
): Promise<string> {
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: "EdDSA", typ: "JWT", kid, ...header })
    .sign(await importJWK(key, "EdDSA"));
}

const part = (value: unknown): string =>
  new TextEncoder().encode(
    typeof value === "string" ? value : JSON.stringify(value),
  ).toBase64({ alphabet: "base64url", omitPadding: true });

/** A token put together by hand; `sign` gives the signature of what comes before it. */
export async function byHand(
  header: Record<string, unknown>,
  claims: JWTPayload,
  sign: (text: string) => Promise<Uint8Array> = () =>
    Promise.resolve(new Uint8Array()),
): Promise<string> {
  const text = `${part(header)}.${part(claims)}`;
  const signature = (await sign(text))
    .toBase64({ alphabet: "base64url", omitPadding: true });
  return `${text}.${signature}`;
}

/** What a token says, believed without looking at its signature. */
export function claimsOf(token: string): JWTPayload | null {
  try {
    const bytes = Uint8Array.fromBase64(token.split(".")[1], {
      alphabet: "base64url",
    });
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // No token at all: there is nothing to believe.
    return null;
  }
}

/** Claims of this moment, for five minutes. */
export function claimsFor(
  { appUrl }: { appUrl: string },
  claims: JWTPayload,
): JWTPayload {
  const now = Math.floor(Date.now() / 1000);
  const usual = { iss: appUrl, aud: "realtime", iat: now, exp: now + 300 };
  return { ...usual, ...claims };
}
