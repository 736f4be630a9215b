import { dirname, join } from "node:path";
import { DataKeys, newDataKey, readDataKey } from "./data-keys.ts";
import { malformed } from "../env.ts";

/** Where the keys of a KV file are, unless they are given. */
export const dataKeyFile = (kvPath: string): string =>
  join(dirname(kvPath), "data.key");

/** The keys of a file, one on each line, the one that seals first; none when there is no file. */
function readFile(path: string): string[] {
  try {
    return Deno.readTextFileSync(path).split("\n").map((line) => line.trim())
      .filter((line) => line !== "");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Writes the keys so that they are there whole or not at all, and only their owner reads them. */
export function writeKeys(path: string, keys: string[]): void {
  const partial = `${path}.${crypto.randomUUID()}`;
  Deno.writeTextFileSync(partial, keys.map((key) => `${key}\n`).join(""), {
    mode: 0o600,
  });
  Deno.renameSync(partial, path);
}

/**
 * The keys in a file, which is made when it is first asked for.
 *
 * @throws {ConfigError} for a file with something else in it.
 */
export function keysOfFile(path: string): DataKeys {
  const read = () => {
    const keys = readFile(path);
    if (keys.every((key) => readDataKey(key) !== null)) return keys;
    throw malformed(
      "DATA_KEY",
      `The file ${path} must have a key on each line. Put it back from a backup: without its keys, faces and waiting e-mails cannot be read.`,
    );
  };
  if (read().length === 0) makeFile(path);
  return new DataKeys(read(), { read, stamp: () => stampOf(path) });
}

/** A file that is written anew is another one. */
function stampOf(path: string): string {
  try {
    const { ino, mtime, size } = Deno.statSync(path);
    return [ino, mtime?.getTime(), size].join(" ");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** Makes the file, unless another process does so at this moment. */
function makeFile(path: string): void {
  const partial = `${path}.${crypto.randomUUID()}`;
  Deno.writeTextFileSync(partial, `${newDataKey()}\n`, { mode: 0o600 });
  try {
    Deno.linkSync(partial, path);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  } finally {
    Deno.removeSync(partial);
  }
}

/** Adds a new key, which seals from now on; the others go on opening what they sealed. */
export function addKey(path: string): void {
  writeKeys(path, [newDataKey(), ...readFile(path)]);
}

/** Forgets all keys of a file but the one that seals. How many. */
export function forgetOldKeys(path: string): number {
  const [newest, ...old] = readFile(path);
  if (old.length > 0) writeKeys(path, [newest]);
  return old.length;
}
