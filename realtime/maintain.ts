import process from "node:process";
import { createReadStream, createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { backup, checkBackup, restore } from "./operations/backup.ts";
import { readConfig } from "./config.ts";
import { type LogListener, type RoomLog, StoreError } from "./log/log.ts";
import { openLog } from "./log/open.ts";
import { logger } from "./operations/logger.ts";

const USAGE = "usage: maintain.ts backup FILE | restore FILE";

/** Nobody is connected to a command. */
const nobody: LogListener = {
  entries() {},
  signal() {},
  appended() {},
  heardByAll() {},
  announced() {},
  signedOut() {},
  membersChanged() {},
  reconnected() {},
};

const [command, file] = process.argv.slice(2);
if (!file || (command !== "backup" && command !== "restore")) {
  console.error(USAGE);
  process.exit(2);
}
// As in main.ts: a backup, and the store it is restored into, hold what people said.
process.umask(0o077);
try {
  const log = await openLog(readConfig(process.env), nobody, logger);
  try {
    console.log(await run(log, command, file));
  } finally {
    await log.close();
  }
} catch (error) {
  console.error(sentenceOf(error));
  process.exitCode = 1;
}

/** Carries the command out; resolves to what was done, as a sentence. */
async function run(log: RoomLog, command: string, file: string) {
  if (command === "backup") {
    const lines = Readable.from(withNewlines(backup(log)));
    await pipeline(lines, createWriteStream(file, { flags: "wx" }));
    return `Wrote ${file}.`;
  }
  await checkBackup(linesOf(file));
  const rooms = await restore(log, linesOf(file));
  return `Restored ${rooms} rooms into ${log.store}.`;
}

/** What the store's own error says, an operator needs as well. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  if ("code" in error && error.code === "EEXIST") {
    return `${file} is there already and stays as it is. Name another file.`;
  }
  if ("code" in error && error.code === "ENOENT") {
    return command === "restore"
      ? `There is no file ${file}.`
      : `There is no folder for ${file}. Make it, or name another file.`;
  }
  const isStore = error instanceof StoreError && cause instanceof Error;
  return isStore ? `${message} (${cause.message})` : message;
}

function linesOf(file: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(file) });
}

async function* withNewlines(lines: AsyncIterable<string>) {
  for await (const line of lines) yield `${line}\n`;
}
