import type { MemberList, MembersAnswer } from "../protocol-http.ts";
import type { Person } from "./tokens.ts";

/** Milliseconds web has to answer. */
const PATIENCE = 3_000;
/** Questions on their way at once; those that wait for them, and past that who asks is told to try
 * again. Many come at once when an instance that knows no rooms yet is started. */
const AT_ONCE = 64;
const WAITING = 1_000;

/** Web could not say who is in a room. */
export class WebError extends Error {
  override name = "WebError";
}

/**
 * Asks web, with the person's own token, for the members of those of these rooms that they are
 * in. Nothing comes back of the others.
 *
 * @throws {WebError} when web is away, or too many ask.
 */
export type AskWeb = (
  person: Pick<Person, "token">,
  roomIds: string[],
) => Promise<Record<string, MemberList>>;

/** {@link AskWeb}, of web at its origin. */
export function webAsker(webUrl: string): AskWeb {
  let asking = 0;
  const waiting: (() => void)[] = [];
  return async ({ token }, roomIds) => {
    if (waiting.length >= WAITING) throw new WebError("Too many ask.");
    if (asking < AT_ONCE) asking += 1;
    else await new Promise<void>((go) => waiting.push(go));
    try {
      return await ask(webUrl, token, roomIds);
    } catch (cause) {
      throw new WebError("Web does not say who is in a room.", { cause });
    } finally {
      const next = waiting.shift();
      if (next) next();
      else asking -= 1;
    }
  };
}

async function ask(webUrl: string, token: string, roomIds: string[]) {
  const url = new URL("/api/internal/members", webUrl);
  url.searchParams.set("rooms", roomIds.join(","));
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(PATIENCE),
    redirect: "error",
  });
  if (!answer.ok) throw new Error(`web answered ${answer.status}`);
  const { rooms } = await answer.json() as MembersAnswer;
  return rooms;
}
