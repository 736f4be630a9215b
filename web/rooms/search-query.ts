import type { Has } from "../../realtime/protocol-http.ts";
import { fold } from "../../realtime/text/fold.ts";
import { type Term, termsOf } from "../../realtime/text/terms.ts";
import type { Clock } from "../client/drawn/times.ts";

/** What was typed to search for, taken apart. */
export interface SearchText {
  terms: Term[];
  /** Names of people and of rooms, or how they begin; folded. */
  from: string[];
  in: string[];
  has: Has[];
  /** From one moment up to before another, in milliseconds since the Unix epoch. */
  after?: number;
  before?: number;
  /** What stands behind `before:` and `after:` that is no date, and behind `has:` that is no kind. */
  unclear: string[];
}

/** `from:ada`, `in:"the bakery"`; in a text that is folded. */
const FILTER = /(?<!\S)(from|in|has|before|after):("[^"]*"|[^\s"]+)/g;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const KINDS = new Map<string, Has>([
  ...["file", "files"].map((it) => [it, "file"] as const),
  ...["link", "links"].map((it) => [it, "link"] as const),
  ...["voice", "voices"].map((it) => [it, "voice"] as const),
]);

/** Reads what was typed, and dates by the clock of whoever typed it. */
export function readSearch(typed: string, clock: Clock): SearchText {
  const found: SearchText = {
    ...{ terms: [], from: [], in: [], has: [], unclear: [] },
  };
  const rest = fold(typed).replace(FILTER, (whole, filter, value) => {
    const wanted = value.replaceAll('"', "").trim();
    if (wanted === "") return " ";
    if (filter === "from" || filter === "in") {
      found[filter as "in"].push(wanted);
    } else if (filter === "has") {
      const kind = KINDS.get(wanted);
      if (kind) found.has.push(kind);
      else found.unclear.push(whole);
    } else {
      const start = startOf(wanted, clock);
      if (start === undefined) found.unclear.push(whole);
      else found[filter as "before"] = start;
    }
    return " ";
  });
  return { ...found, has: [...new Set(found.has)], terms: termsOf(rest) };
}

/** When a day begins where the person is: milliseconds since the Unix epoch. */
function startOf(date: string, { zone }: Clock): number | undefined {
  const [, year, month, day] = DATE.exec(date) ?? [];
  const utc = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const isDate = Number.isFinite(utc) &&
    new Date(utc).toISOString().startsWith(date);
  if (!isDate || utc < 0) return undefined;
  // Where clocks change that day, the difference of noon is that of the morning or an hour off.
  const first = utc - differenceAt(utc, zone);
  // The first day there is begins before it where clocks are ahead.
  return Math.max(0, utc - differenceAt(first, zone));
}

/** By how much clocks in a zone are ahead of UTC: milliseconds. */
function differenceAt(at: number, timeZone = "UTC"): number {
  const told = new Intl.DateTimeFormat("sv", {
    ...{ timeZone, dateStyle: "short", timeStyle: "medium" },
  }).format(at);
  return Date.parse(`${told.replace(" ", "T")}Z`) - at;
}
