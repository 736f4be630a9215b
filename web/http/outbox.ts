import { join } from "node:path";
import type { Config } from "../config.ts";

/** Whether mail is kept in a folder that may be read in the browser: only on this machine. */
export const hasOutbox = (config: Config): boolean =>
  config.local && config.mail.kind === "outbox";

/** The folder of the outbox. */
export const outboxDir = (config: Config): string =>
  join(config.dataDir, "outbox");
