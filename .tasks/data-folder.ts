/** The folder of the embedded stores: whether it can be used, and who uses it. */
import { join } from "./paths.ts";

/** Why a start is refused, as a sentence for whoever started. */
export class StartError extends Error {
  override name = "StartError";
}

const LOCK = "start.lock";

/**
 * Reserves DATA_DIR for this start, as long as this process lives: the lock is the operating
 * system's, and ends with it, however it ends. Makes the folder, for this user alone.
 *
 * @returns lets go of it.
 * @throws {StartError} naming the folder, if another start has it or nothing can be written to it.
 */
export async function holdDataFolder(folder: string): Promise<() => void> {
  const path = join(folder, LOCK);
  try {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    const file = await Deno.open(path, {
      ...{ create: true, write: true, mode: 0o600 },
    });
    if (await file.tryLock(true)) return () => file.close();
    file.close();
  } catch (error) {
    throw new StartError(
      await isFile(folder)
        ? `DATA_DIR (${folder}) is a file. Set DATA_DIR to a folder.`
        : whyUnusable(folder, error),
    );
  }
  throw new StartError(
    `DATA_DIR (${folder}) is in use by another ChatSphere. Stop that one, or set DATA_DIR to another folder.`,
  );
}

/** What to do about a folder that nothing can be written to. */
export function whyUnusable(folder: string, error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : "";
  if (code === "ENOSPC" || code === "EDQUOT") {
    return `The disk of DATA_DIR (${folder}) is full. Free some space, then start again.`;
  }
  if (code === "ENOTDIR") {
    return `DATA_DIR (${folder}) lies below a file. Set DATA_DIR to a folder.`;
  }
  if (code === "EROFS") {
    return `DATA_DIR (${folder}) is on a disk that is read-only. Set DATA_DIR to another folder.`;
  }
  if (code === "ENAMETOOLONG") {
    return `DATA_DIR (${folder}) is longer than a path may be. Set DATA_DIR to another folder.`;
  }
  return `DATA_DIR (${folder}) cannot be written by this user. Let the user own the folder, or set DATA_DIR to another.`;
}

const isFile = (path: string): Promise<boolean> =>
  Deno.stat(path).then((info) => !info.isDirectory, () => false);
