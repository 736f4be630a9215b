/** What a full disk looks like from here. */

/** Causes looked at: an error of a store may be wrapped a few times. */
const DEEPEST = 5;
const CODES = /^(ENOSPC|EDQUOT|SQLITE_FULL)$/;
/** What SQLite and the operating system say; Deno's KV gives no code. */
const WORDS =
  /database or disk is full|no space left on device|quota exceeded|SQLITE_FULL/i;

/** Whether something failed because nothing more can be written. */
export function isDiskFull(error: unknown): boolean {
  let each = error;
  for (let depth = 0; depth < DEEPEST && each instanceof Error; depth++) {
    const code = "code" in each ? String(each.code) : "";
    if (CODES.test(code) || WORDS.test(each.message)) return true;
    each = each.cause;
  }
  return false;
}

/** Bytes that are tried: with less left, the next picture would not fit. */
const PROBE_BYTES = 256 * 1024;

/**
 * Writes a file into a folder and deletes it.
 * @throws {Error} when that is not possible; not for a folder that is not there yet.
 */
export async function tryWriting(folder: string): Promise<void> {
  const path = `${folder}/.probe-${crypto.randomUUID()}`;
  try {
    await Deno.writeFile(path, new Uint8Array(PROBE_BYTES), { mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  } finally {
    await Deno.remove(path).catch(() => {
      // It was never made.
    });
  }
}
