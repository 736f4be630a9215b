/** Sessions of a person that ended, all but `keep` where no `sid` says which, and when. */
export interface SessionEnd {
  sid?: string;
  keep?: string;
  /** Milliseconds since the Unix epoch. */
  at: number;
}

/** The session a token says it was made for; `issuedAt` in seconds since the Unix epoch. */
export interface TokenSession {
  sid?: string;
  issuedAt: number;
}

/**
 * How long an end has to be remembered, in milliseconds: by then every token from before it has
 * run out.
 */
export const END_REMEMBERED_MS = 6 * 60_000;

/** Whether an end of sessions of the same person ended the one a token was made for. */
export function endsSession(
  { sid, keep, at }: SessionEnd,
  session: TokenSession,
): boolean {
  if (sid !== undefined) return sid === session.sid;
  if (keep !== undefined && keep === session.sid) return false;
  return session.issuedAt * 1000 <= at;
}
