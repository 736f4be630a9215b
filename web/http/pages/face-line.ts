/**
 * Sign-ins whose photo waits in a long line: their page shows the wait and comes back for the
 * answer, with and without script, instead of hanging until its turn.
 */
import type { Services } from "../../services.ts";

/** Makes the answer, as often as it is asked for: a page may be loaded twice. */
export type Answer<T> = () => T;

interface Ticket {
  answer?: Answer<unknown>;
}

/** Photos in line from which on a page shows the wait. */
const LONG_LINE = 3;
/** How long an answer is kept for a page to fetch. */
const KEPT_MS = 60_000;

const lines = new WeakMap<Services, Map<string, Ticket>>();

function lineOf(s: Services): Map<string, Ticket> {
  const line = lines.get(s) ?? new Map<string, Ticket>();
  lines.set(s, line);
  return line;
}

/** How many photos wait to be looked at. */
export const photosInLine = (s: Services): number => s.faces.waiting?.() ?? 0;

/** Whether a photo that comes now should wait on a page of its own. */
export const isLongLine = (s: Services): boolean =>
  photosInLine(s) >= LONG_LINE;

/**
 * Lets the work for a pending login go on, and keeps its answer. A second photo meanwhile is not
 * taken: the first one's answer is for both.
 *
 * @param work must not fail: what goes wrong is an answer too.
 */
export function waitInLine<T>(
  s: Services,
  token: string,
  work: () => Promise<Answer<T>>,
): void {
  const line = lineOf(s);
  const former = line.get(token);
  if (former && !former.answer) return;
  const ticket: Ticket = {};
  line.set(token, ticket);
  work().then((answer) => {
    ticket.answer = answer;
    const timer = setTimeout(() => {
      if (line.get(token) === ticket) line.delete(token);
    }, KEPT_MS);
    Deno.unrefTimer(timer);
  });
}

/** The answer for a pending login: "waiting" until there is one, null when none is awaited. */
export function answerInLine<T>(
  s: Services,
  token: string | null,
): Answer<T> | "waiting" | null {
  const ticket = token && lineOf(s).get(token);
  if (!ticket) return null;
  return (ticket.answer as Answer<T> | undefined) ?? "waiting";
}
