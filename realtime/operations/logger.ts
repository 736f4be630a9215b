import process from "node:process";
import { type Logger, logOf } from "../common/log-line.ts";
import { linesTogether } from "../common/log-together.ts";

const isReadable = () =>
  process.env.DENO_ENV === "development" || process.stdout.isTTY === true;

const requests = linesTogether((lines) => console.log(lines));

// What waits when this process ends is written, too.
process.on("exit", requests.now);

const write = logOf("realtime", isReadable, (line, isError) => {
  requests.now();
  if (isError) console.error(line);
  else console.log(line);
});

const writeSoon = logOf("realtime", isReadable, requests.soon);

/**
 * Writes one line about this service: about requests within 50 ms, in one go with others, and about all
 * else at once. After SIGKILL, the last ones about requests are missing.
 */
export const logger: Logger = (level, event, fields) =>
  event === "request" && level === "info"
    ? writeSoon(level, event, fields)
    : write(level, event, fields);

export type { Logger };

interface ErrorFields {
  [name: string]: string | undefined;
}

/** The name and code of an error, which say enough to an operator and nothing about people. */
export function errorFields(error: unknown): ErrorFields {
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
