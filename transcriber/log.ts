export type Level = "info" | "warn" | "error";
export type Fields = Record<string, string | number | boolean | undefined>;
export type Log = (level: Level, event: string, fields?: Fields) => void;

/** One log line: JSON for machines, or words for a person at a terminal. */
export function format(
  readable: boolean,
  time: Date,
  level: Level,
  event: string,
  fields: Fields,
): string {
  if (!readable) {
    return JSON.stringify({
      time: time.toISOString(),
      level,
      service: "transcriber",
      event,
      ...fields,
    });
  }
  const details = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${value}`);
  const clock = time.toISOString().slice(11, 19);
  return [clock, level.padEnd(5), event, ...details].join(" ");
}

let readable: boolean | undefined;

/**
 * Writes one log line. Fields are ids, sizes, durations and codes: never audio, text,
 * tokens, names or addresses.
 */
export const log: Log = (level, event, fields = {}) => {
  readable ??= Deno.env.get("DENO_ENV") === "development" ||
    Deno.stdout.isTerminal();
  const line = format(readable, new Date(), level, event, fields);
  if (level === "error") console.error(line);
  else console.log(line);
};
