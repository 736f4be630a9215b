import process from "node:process";
import { createReadStream, createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { backup, restore } from "./backup.ts";
import { readConfig } from "./config.ts";
import type { LogListener } from "./log/log.ts";
import { openLog } from "./log/open.ts";
import { logger } from "./logger.ts";

const USAGE = "usage: maintain.ts backup FILE | restore FILE";

/** Nobody is connected to a command. */
const nobody: LogListener = {
  entries() {},
  signal() {},
  removal() {},
  remembered() {},
  reconnected() {},
};

const [command, file] = process.argv.slice(2);
if (!file || (command !== "backup" && command !== "restore")) {
  console.error(USAGE);
  process.exit(2);
}
// As in main.ts: a backup, and the store it is restored into, hold what people said.
process.umask(0o077);
const log = await openLog(readConfig(process.env), nobody, logger);
try {
  if (command === "backup") {
    const lines = Readable.from(withNewlines(backup(log)));
    await pipeline(lines, createWriteStream(file, { flags: "wx" }));
    console.log(`Wrote ${file}.`);
  } else {
    const input = createReadStream(file);
    const rooms = await restore(log, createInterface({ input }));
    console.log(`Restored ${rooms} rooms into ${log.store}.`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await log.close();
}

async function* withNewlines(lines: AsyncIterable<string>) {
  for await (const line of lines) yield `${line}\n`;
}
