import process from "node:process";
import { type Logger, logOf } from "../common/log-line.ts";

/** Writes one line about this service. */
export const logger: Logger = logOf(
  "realtime",
  () => process.env.DENO_ENV === "development" || process.stdout.isTTY === true,
);

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
