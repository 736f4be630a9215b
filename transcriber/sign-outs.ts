import type { SessionsEnded } from "../realtime/protocol.ts";

/** What a person's token says about the session it was made for. */
export interface Session {
  userId: string;
  /** Tokens for pages without a session, and old ones, have none. */
  sid?: string;
  /** Seconds since the Unix epoch, with a fraction. */
  issuedAt: number;
}

/** How long an end is remembered: by then every token from before it has run out, ms. */
const REMEMBERED_MS = 6 * 60_000;

/** The sessions that ended a moment ago: their tokens would work for minutes still. */
export class SignOuts {
  #ends: (SessionsEnded & { at: number })[] = [];
  #listeners = new Set<() => void>();
  #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Ends sessions: without `sid` all of the person's, but the one called `keep`. */
  add(which: SessionsEnded): void {
    const at = this.#now();
    this.#ends = this.#ends.filter((end) => at - end.at < REMEMBERED_MS);
    this.#ends.push({ ...which, at });
    for (const tell of this.#listeners) tell();
  }

  /** Whether the session of a token has ended. */
  has(session: Session): boolean {
    return this.#ends.some(({ userId, sid, keep, at }) => {
      if (userId !== session.userId) return false;
      if (sid !== undefined) return sid === session.sid;
      if (keep !== undefined && keep === session.sid) return false;
      return session.issuedAt * 1000 <= at;
    });
  }

  /** Calls `tell` whenever sessions end. */
  onEnd(tell: () => void): void {
    this.#listeners.add(tell);
  }
}
