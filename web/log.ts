import { type Fields, type Level, logOf } from "../realtime/common/log-line.ts";
import { linesTogether } from "../realtime/common/log-together.ts";
import { currentRequestId } from "./request-id.ts";

const isReadable = () =>
  Deno.env.get("DENO_ENV") === "development" || Deno.stdout.isTerminal();

const requests = linesTogether((lines) => console.log(lines));

// What waits when this process ends is written, too.
globalThis.addEventListener("unload", requests.now);

const write = logOf("web", isReadable, (line, isError) => {
  requests.now();
  if (isError) console.error(line);
  else console.log(line);
});

const writeSoon = logOf("web", isReadable, requests.soon);

/**
 * Writes one structured log line. `event` is a stable kebab-case name; `fields` are redacted
 * first, so a mistake here does not leak. The request it is written for is added.
 */
export function log(level: Level, event: string, fields: Fields = {}): void {
  write(level, event, { requestId: currentRequestId(), ...fields });
}

/**
 * {@link log} of an answer: within 50 ms, in one go with those of other requests. A pipe takes a
 * line as long as a page takes; after SIGKILL, the last ones are missing.
 */
export function logSoon(
  level: Level,
  event: string,
  fields: Fields = {},
): void {
  writeSoon(
    level,
    event,
    "requestId" in fields
      ? fields
      : { requestId: currentRequestId(), ...fields },
  );
}
