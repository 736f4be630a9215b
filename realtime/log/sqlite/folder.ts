/** The files of the log. */
import type { Database } from "bun:sqlite";
import { chmodSync, mkdirSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { StoreError } from "../log.ts";
import { openDatabase } from "./schema.ts";

/** Bytes that are tried: reading goes on when nothing can be written any more. */
const PROBE_BYTES = 65_536;

/** @throws {StoreError} when nothing can be written to the folder. */
export async function tryWriting(folder: string): Promise<void> {
  const path = join(folder, `.probe-${crypto.randomUUID()}`);
  try {
    await writeFile(path, new Uint8Array(PROBE_BYTES), { mode: 0o600 });
  } catch (cause) {
    throw new StoreError("Nothing can be written.", { cause });
  } finally {
    await rm(path, { force: true }).catch(() => undefined);
  }
}

export const pathIn = (folder: string): string => join(folder, "rooms.sqlite");

/**
 * Lets nobody else on this machine read the files, whatever mode they were made with.
 * SQLite gives its other files the mode of the database, but not when that changes.
 */
function keepPrivate(path: string): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    try {
      chmodSync(file, 0o600);
    } catch {
      // It is not there, or not ours: whoever owns it says who may read it.
    }
  }
}

/** @throws {Error} which says what to do, where the file cannot be used. */
export function openIn(folder: string): Database {
  const path = pathIn(folder);
  // A folder that is there may be used by others as well, and stays as it is.
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    const db = openDatabase(path);
    keepPrivate(path);
    return db;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : "unknown";
    const todo = "Free its disk, or restore it from a backup";
    throw new Error(`${path} cannot be used (${reason}). ${todo}.`, { cause });
  }
}
