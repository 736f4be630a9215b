import type { Linked, MemberList, MembersAnswer } from "../protocol-http.ts";
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

/** How many messages web is told of at the same time, and how many may wait; of more it is not told. */
const TELLING = 4, UNTOLD = 1_000;

/**
 * Tells web, with the token of whoever wrote it, that a message may link to a page. Nobody waits for
 * it: where web is away, or this instance ends, a preview is lost, and no message.
 */
export type TellWeb = (person: Pick<Person, "token">, linked: Linked) => void;

/** {@link TellWeb}, of web at its origin. */
export function webTeller(webUrl: string): TellWeb {
  const untold: (() => Promise<void>)[] = [];
  let telling = 0;
  const next = async () => {
    if (telling >= TELLING) return;
    telling += 1;
    for (let tell; (tell = untold.shift());) await tell();
    telling -= 1;
  };
  return ({ token }, linked) => {
    if (untold.length >= UNTOLD) return;
    untold.push(() => tell(webUrl, token, linked));
    next();
  };
}

async function tell(webUrl: string, token: string, linked: Linked) {
  try {
    const answer = await fetch(new URL("/api/internal/links", webUrl), {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
      },
      body: JSON.stringify(linked),
      signal: AbortSignal.timeout(PATIENCE),
      redirect: "error",
    });
    await answer.body?.cancel();
  } catch {
    // As promised: it was only a preview.
  }
}
