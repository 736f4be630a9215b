import { type Fields, type Level, logOf } from "../realtime/common/log-line.ts";
import { currentRequestId } from "./request-id.ts";

const write = logOf(
  "web",
  () => Deno.env.get("DENO_ENV") === "development" || Deno.stdout.isTerminal(),
);

/**
 * Writes one structured log line. `event` is a stable kebab-case name; `fields` are redacted
 * first, so a mistake here does not leak. The request it is written for is added.
 */
export function log(level: Level, event: string, fields: Fields = {}): void {
  write(level, event, { requestId: currentRequestId(), ...fields });
}
