import {
  END_REMEMBERED_MS,
  endsSession,
} from "../../realtime/common/session-end.ts";
import type { SessionsEnded } from "../../realtime/protocol-http.ts";

/** What a person's token says about the session it was made for. */
export interface Session {
  userId: string;
  /** Tokens for pages without a session, and old ones, have none. */
  sid?: string;
  /** Seconds since the Unix epoch, with a fraction. */
  issuedAt: number;
}

/** Sessions that ended a moment ago, whose tokens would otherwise work for some minutes more. */
export class SignOuts {
  #ends: (SessionsEnded & { at: number })[] = [];
  #listeners = new Set<() => void>();
  #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Ends one session, or without `sid` all of the person's except `keep`. */
  add(which: SessionsEnded): void {
    const at = this.#now();
    this.#ends = this.#ends.filter((end) => at - end.at < END_REMEMBERED_MS);
    this.#ends.push({ ...which, at });
    for (const tell of this.#listeners) tell();
  }

  /** Whether the session of a token has ended. */
  has(session: Session): boolean {
    return this.#ends.some((end) =>
      end.userId === session.userId && endsSession(end, session)
    );
  }

  /** Calls `tell` whenever sessions end. */
  onEnd(tell: () => void): void {
    this.#listeners.add(tell);
  }
}
