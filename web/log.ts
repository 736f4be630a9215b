import { type Fields, type Level, logOf } from "../realtime/common/log-line.ts";
import { currentRequestId } from "./request-id.ts";

/** How long a line about a request waits for others to be written with it: milliseconds. */
const TOGETHER_MS = 10;
/** As many are not waited for. */
const MANY = 200;

const isReadable = () =>
  Deno.env.get("DENO_ENV") === "development" || Deno.stdout.isTerminal();

let waiting: string[] = [];

function writeWaiting(): void {
  if (waiting.length === 0) return;
  const lines = waiting.join("\n");
  waiting = [];
  console.log(lines);
}

// What waits when this process ends is written, too.
globalThis.addEventListener("unload", writeWaiting);

const write = logOf("web", isReadable, (line, isError) => {
  // Lines stay in their order.
  writeWaiting();
  if (isError) console.error(line);
  else console.log(line);
});

const writeSoon = logOf("web", isReadable, (line) => {
  const count = waiting.push(line);
  if (count === 1) setTimeout(writeWaiting, TOGETHER_MS);
  if (count >= MANY) writeWaiting();
});

/**
 * Writes one structured log line. `event` is a stable kebab-case name; `fields` are redacted
 * first, so a mistake here does not leak. The request it is written for is added.
 */
export function log(level: Level, event: string, fields: Fields = {}): void {
  write(level, event, { requestId: currentRequestId(), ...fields });
}

/**
 * {@link log} of an answer: within 10 ms, in one go with those of other requests. A pipe takes a
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
