import { ApiError } from "../http/errors.ts";
import type { Session } from "./sign-outs.ts";

/** For how long it is believed that a session lives: ms. Web tells of its end, but one instance. */
const FRESH_MS = 30_000;
/** The same while web is away. */
const STALE_MS = 5 * 60_000;
/** How long web has to answer, ms. */
const PATIENCE_MS = 3_000;
/** Sessions remembered before those that are too old are forgotten. */
const MANY = 1_000;

/** What web says of a token; `away` when it does not say. */
type Answer = "works" | "over" | "away";

/**
 * Asks web whether sessions live. A process that has just started was told of no sign-out, and
 * of several instances web tells one; so none of them believes a token alone.
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
      // A web of before, which tells of sign-outs and cannot be asked.
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

/** What somebody hears whose session has ended. */
export const signedOut = () =>
  new ApiError({
    code: "signed-out",
    status: 401,
    message: "You have signed out. Sign in again.",
  });

/** What anybody hears while web cannot be asked who they are. */
export const webDown = (cause?: unknown) =>
  new ApiError({
    code: "web-down",
    status: 503,
    message: "Your sign-in cannot be checked right now. Please try again.",
    retryAfter: 5,
    cause,
  });
