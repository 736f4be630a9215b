import { Database } from "bun:sqlite";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../../common/config-error.ts";

/** Milliseconds whoever had the folder may still take to end. */
const PATIENCE = 1_000;

/**
 * Has a folder to this process alone, until it is let go or the process ends, however it does:
 * the lock is the operating system's. Two instances over one file would each know nothing of
 * what the other sends.
 *
 * @returns lets go of it.
 * @throws {ConfigError} naming the folder, if another process has it or nothing can be written to it.
 */
export function holdFolder(folder: string): () => void {
  let db: Database | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, "rooms.lock");
    db = new Database(file);
    chmodSync(file, 0o600);
    db.run(`PRAGMA busy_timeout = ${PATIENCE}`);
    db.run("BEGIN EXCLUSIVE");
    const held = db;
    return () => held.close();
  } catch (error) {
    db?.close();
    throw new ConfigError(sentenceOf(folder, error));
  }
}

function sentenceOf(folder: string, error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : "";
  if (code === "SQLITE_BUSY") {
    return `DATA_DIR (${folder}) is in use by another realtime. Stop that one, or set DATA_DIR to another folder.`;
  }
  if (code === "EEXIST" || code === "ENOTDIR") {
    return `DATA_DIR (${folder}) is not a folder. Set DATA_DIR to one.`;
  }
  if (code === "SQLITE_FULL" || code === "ENOSPC") {
    return `The disk of DATA_DIR (${folder}) is full. Free some space, then start again.`;
  }
  return `DATA_DIR (${folder}) cannot be written by this user (${code}). Let the user own the folder, or set DATA_DIR to another.`;
}
