import { parseCookie } from "cookie";
import { type Clock, UNKNOWN } from "../../client/drawn/times.ts";

/** Clocks that are remembered, by what browsers said: there are few. */
const MOST = 500;
/** Longer than any browser says it. */
const LONGEST = 200;
const clocks = new Map<string, Clock>();

/**
 * The clock of whoever asks: the zone their browser told in a cookie where script ran, and the
 * language it asks for. Until a script told the zone, it is UTC, in that language's style. Both are only used to write times, and any value is safe.
 */
export function clockOf({ headers }: Request): Clock {
  const told = parseCookie(headers.get("cookie") ?? "").zone;
  const accepted = headers.get("accept-language");
  const said = JSON.stringify([told, accepted]);
  const known = clocks.get(said);
  if (known) return known;
  const clock = made(told, accepted);
  if (said.length > LONGEST) return clock;
  if (clocks.size >= MOST) clocks.clear();
  clocks.set(said, clock);
  return clock;
}

function made(told: string | undefined, accepted: string | null): Clock {
  const language = languageOf(accepted);
  const unknown = { ...UNKNOWN, language };
  if (!told) return unknown;
  try {
    const { timeZone: zone } = new Intl.DateTimeFormat("en", { timeZone: told })
      .resolvedOptions();
    return { language, zone };
  } catch {
    return unknown;
  }
}

/** The first language asked for (RFC 9110 §12.5.4), and how it is written in its region. */
function languageOf(accepted: string | null): string {
  const [tag] = (accepted ?? "").split(/[,;]/);
  try {
    const { language, region } = new Intl.Locale(tag.trim());
    const wanted = region ? `${language}-${region}` : language;
    return Intl.DateTimeFormat.supportedLocalesOf(wanted)[0] ?? "en-GB";
  } catch {
    return "en-GB";
  }
}
