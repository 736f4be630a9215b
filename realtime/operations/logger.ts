import process from "node:process";

export type Level = "info" | "warn" | "error";

/** Fields of a log line. Never message content, names, addresses or tokens. */
export type Fields = Record<string, string | number | boolean | undefined>;

export type Logger = (level: Level, event: string, fields?: Fields) => void;

/** One line: JSON for machines, or words for a person at a terminal. */
export function format(
  readable: boolean,
  time: Date,
  level: Level,
  event: string,
  fields: Fields,
): string {
  if (!readable) {
    const service = "realtime";
    const line = { time: time.toISOString(), level, service, event, ...fields };
    return JSON.stringify(line);
  }
  const details = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`);
  const clock = time.toISOString().slice(11, 19);
  return [clock, level.padEnd(5), event, ...details].join(" ");
}

const READABLE = process.env.DENO_ENV === "development" ||
  process.stdout.isTTY === true;

/** Writes one line: errors to standard error, the rest to standard output. */
export const logger: Logger = (level, event, fields = {}) => {
  const line = format(READABLE, new Date(), level, event, fields);
  if (level === "error") console.error(line);
  else console.log(line);
};

/** The name and code of an error, which say enough to an operator and nothing about people. */
export function errorFields(error: unknown): Fields {
  if (!(error instanceof Error)) return { error: typeof error };
  const code = "code" in error ? String(error.code) : undefined;
  const { name, message, cause } = error;
  const because = cause instanceof Error ? cause.message : undefined;
  return {
    error: name,
    code,
    reason: message.slice(0, 200),
    cause: because?.slice(0, 200),
  };
}
