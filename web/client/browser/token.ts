/** A signed token of this person, and when it ends by the server's clock (ms). */
export interface Token {
  token: string;
  expiresAt: number;
}

/** An error after which trying again cannot help: its message says what can. */
export interface Refused extends Error {
  final: boolean;
}

/**
 * A fresh token for a service, by the page's session cookie.
 *
 * @param room where somebody dictates: names in it are told to the transcriber.
 * @throws {Refused} (as a plain Error with `final`) when the session has ended.
 * @throws {Error} when web cannot be reached or cannot answer.
 */
export async function fetchToken(
  audience: "realtime" | "transcriber",
  room?: string,
): Promise<Token> {
  const response = await fetch("/api/token", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ audience, room }),
  });
  if (response.status === 401) {
    const error = new Error("You are signed out.");
    throw Object.assign(error, { final: true }) satisfies Refused;
  }
  if (!response.ok) throw new Error("token");
  return await response.json();
}
