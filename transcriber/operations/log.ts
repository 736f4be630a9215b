import { type Logger, logOf } from "../../realtime/common/log-line.ts";

/**
 * Writes one log line. Fields are ids, sizes, durations and codes: never audio, text,
 * tokens, names or addresses.
 */
export const log: Logger = logOf(
  "transcriber",
  () => Deno.env.get("DENO_ENV") === "development" || Deno.stdout.isTerminal(),
);
