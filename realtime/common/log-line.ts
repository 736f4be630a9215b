import { redact } from "./redact.ts";

export type Level = "info" | "warn" | "error";

/** What a line says besides its event: ids, sizes, durations and codes. */
export type Fields = Record<string, unknown>;

/** Writes one line; `event` is a stable name in kebab case. */
export type Logger = (level: Level, event: string, fields?: Fields) => void;

let second = NaN;
let written = "";

/** A time as `toISOString` writes it; what it has in common with the last one is written once. */
function isoOf(time: Date): string {
  const ms = time.getTime();
  const at = Math.floor(ms / 1_000);
  if (at !== second) {
    written = new Date(at * 1_000).toISOString().slice(0, -4);
    second = at;
  }
  return `${written}${String(ms - at * 1_000).padStart(3, "0")}Z`;
}

/**
 * One log line: JSON for machines, or words for a person at a terminal. What may not be written
 * is taken out first, so that a mistake elsewhere leaks nothing.
 */
export function logLine(
  service: string,
  readable: boolean,
  time: Date,
  level: Level,
  event: string,
  fields: Fields,
): string {
  const safe = redact(fields);
  if (!readable) {
    const line: Fields = { time: isoOf(time), level, service, event };
    // Quicker than to spread it.
    return JSON.stringify(Object.assign(line, safe));
  }
  const details = Object.entries(safe)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) =>
      `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`
    );
  const clock = time.toISOString().slice(11, 19);
  return [clock, level.padEnd(5), event, ...details].join(" ");
}

const print = (line: string, isError: boolean): void =>
  isError ? console.error(line) : console.log(line);

/**
 * Writes the lines of a service: errors to standard error, the rest to standard output.
 * @param write writes one line at once.
 */
export function logOf(
  service: string,
  isReadable: () => boolean,
  write: (line: string, isError: boolean) => void = print,
): Logger {
  let readable: boolean | undefined;
  return (level, event, fields = {}) => {
    readable ??= isReadable();
    const line = logLine(service, readable, new Date(), level, event, fields);
    write(line, level === "error");
  };
}
