export type Level = "info" | "warn" | "error";
export type Fields = Record<string, string | number | boolean | undefined>;
export type Log = (level: Level, event: string, fields?: Fields) => void;

/**
 * Writes one JSON line. Fields are ids, sizes, durations and codes: never audio, text,
 * tokens, names or addresses.
 */
export const log: Log = (level, event, fields = {}) => {
  const line = JSON.stringify({
    time: new Date().toISOString(),
    level,
    service: "transcriber",
    event,
    ...fields,
  });
  if (level === "error") console.error(line);
  else console.log(line);
};
