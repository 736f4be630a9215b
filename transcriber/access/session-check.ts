import { ApiError } from "../http/errors.ts";
import type { Session } from "./sign-outs.ts";

/** How long web's word that a session lives is trusted, ms: web reports its end to one instance only. */
const FRESH_MS = 30_000;
/** The same while web cannot be reached, ms. */
const STALE_MS = 5 * 60_000;
/** How long web has to answer, ms. */
const PATIENCE_MS = 3_000;
/** Sessions remembered before old ones are dropped. */
const MANY = 1_000;

/** What web says of a token; `away` when it does not say. */
type Answer = "works" | "over" | "away";

/**
 * Asks web whether a session still lives. A process that has just started has heard of no sign-out,
 * and web reports each to only one of several instances, so none of them trusts a token alone.
 */
export class SessionCheck {
  #lived = new Map<string, number>();

  constructor(
    readonly webUrl: string,
    readonly now: () => number = Date.now,
  ) {}

  /**
   * Nothing, if the session of this token lives.
   * @throws {ApiError} 401 `signed-out`; 503 `web-down` when web does not say, and has not said
   * so for five minutes
   */
  async assertLives(token: string, session: Session): Promise<void> {
    const key = `${session.userId} ${session.sid ?? ""} ${
      session.sid === undefined ? session.issuedAt : ""
    }`;
    const age = this.now() - (this.#lived.get(key) ?? -Infinity);
    if (age < FRESH_MS) return;
    const answer = await this.#ask(token);
    if (answer === "over") {
      this.#lived.delete(key);
      throw signedOut();
    }
    if (answer === "away") {
      if (age < STALE_MS) return;
      throw webDown();
    }
    this.#forgetOld();
    this.#lived.set(key, this.now());
  }

  async #ask(token: string): Promise<Answer> {
    try {
      const answer = await fetch(`${this.webUrl}/api/internal/token`, {
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(PATIENCE_MS),
        redirect: "error",
      });
      await answer.body?.cancel();
      if (answer.status === 401) return "over";
      // An older web, which reports sign-outs but cannot be asked.
      return answer.ok || answer.status === 404 ? "works" : "away";
    } catch {
      return "away";
    }
  }

  #forgetOld(): void {
    if (this.#lived.size < MANY) return;
    const since = this.now() - STALE_MS;
    for (const [key, at] of this.#lived) {
      if (at < since) this.#lived.delete(key);
    }
  }
}

/** The answer to somebody whose session has ended. */
export const signedOut = () =>
  new ApiError({
    code: "signed-out",
    status: 401,
    message: "You have signed out. Sign in again.",
  });

/** The answer while web cannot be asked who somebody is. */
export const webDown = (cause?: unknown) =>
  new ApiError({
    code: "web-down",
    status: 503,
    message: "Your sign-in cannot be checked right now. Please try again.",
    retryAfter: 5,
    cause,
  });
