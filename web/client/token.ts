/** A signed token of this person, and when it ends by the server's clock (ms). */
export interface Token {
  token: string;
  expiresAt: number;
}

/** Trying again cannot help: the message says what the person can do. */
export class Refused extends Error {}

/**
 * A fresh token for a service, by the page's session cookie.
 *
 * @throws {Refused} when the session has ended.
 * @throws {Error} when web cannot be reached or cannot answer.
 */
export async function fetchToken(
  audience: "realtime" | "transcriber",
): Promise<Token> {
  const response = await fetch("/api/token", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ audience }),
  });
  if (response.status === 401) {
    throw new Refused("You are signed out. Reload the page to sign in again.");
  }
  if (!response.ok) throw new Error(`token: ${response.status}`);
  return await response.json();
}
