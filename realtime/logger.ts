/** Fields of a log line. Never message content, names, addresses or tokens. */
export type Fields = Record<string, string | number | boolean | undefined>;

export type Logger = (
  level: "info" | "warn" | "error",
  event: string,
  fields?: Fields,
) => void;

/** Writes one JSON line to standard error. */
export const logger: Logger = (level, event, fields = {}) => {
  const line = { time: new Date().toISOString(), level, event, ...fields };
  console.error(JSON.stringify(line));
};

/** The name and code of an error, which say enough to an operator and nothing about people. */
export function errorFields(error: unknown): Fields {
  if (!(error instanceof Error)) return { error: typeof error };
  const code = "code" in error ? String(error.code) : undefined;
  return { error: error.name, code, reason: error.message.slice(0, 200) };
}
