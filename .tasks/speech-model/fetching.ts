import { createHash } from "node:crypto";
import { dirname, join } from "../paths.ts";
import type { Published } from "./catalogue.ts";

/** What stands in the way, as a sentence for whoever runs the task. */
export class FetchError extends Error {
  override name = "FetchError";
}

/** A file of a repository, and how to know that it is whole. */
interface RepositoryFile {
  path: string;
  size: number;
  /** SHA-256 of large files; git's own sum (SHA-1 of its head and content) of small ones. */
  sum: string;
}

export interface FetchOptions {
  /** Where repositories are, without a slash at the end. */
  host: string;
  /** Told as bytes arrive. */
  progress(done: number, all: number): void;
  /** Milliseconds between two attempts; doubled each time. */
  backoffMs?: number;
  /** Milliseconds without a byte after which another attempt is made. */
  stallMs?: number;
}

const ATTEMPTS = 6;

/**
 * Fetches a model into a folder: goes on where an earlier try stopped, checks each file's sum, and
 * only then gives it its name.
 * @throws {FetchError} what stands in the way; what was fetched is kept for the next try
 */
export async function fetchModel(
  { repository, needs }: Published,
  folder: string,
  options: FetchOptions,
): Promise<void> {
  const files = await filesOf(repository, needs, options.host);
  using _held = await hold(folder);
  await assertSame(files, folder, options.host);
  const all = files.reduce((sum, { size }) => sum + size, 0);
  let before = 0;
  for (const file of files) {
    const url = `${options.host}/${repository}/resolve/main/${file.path}`;
    const done = before;
    await fetchFile(url, file, join(folder, file.path), {
      ...options,
      progress: (bytes) => options.progress(done + bytes, all),
    });
    before += file.size;
  }
  const sums = Object.fromEntries(files.map(({ path, sum }) => [path, sum]));
  await onDisk(
    folder,
    () => Deno.writeTextFile(join(folder, SUMS), JSON.stringify(sums)),
  );
}

/**
 * Makes a folder and has it to this fetch alone: two that write one file would both have it broken.
 * The lock is the operating system's, and ends with the process.
 * @throws {FetchError} while another one fetches into it
 */
async function hold(folder: string): Promise<Disposable> {
  const file = await onDisk(folder, async () => {
    await Deno.mkdir(folder, { recursive: true });
    return await Deno.open(join(folder, LOCK), { create: true, write: true });
  });
  if (await file.tryLock(true)) return file;
  file.close();
  throw new FetchError(
    "This model is being fetched already. Wait until that has ended.",
  );
}

const LOCK = "fetching.lock";

/** @throws {FetchError} where the disk is full, or may not be written */
async function onDisk<T>(folder: string, job: () => Promise<T>): Promise<T> {
  try {
    return await job();
  } catch (error) {
    throw diskProblem(folder, error) ?? error;
  }
}

/** What is in the way on the disk; null for what is no matter of a disk. */
function diskProblem(folder: string, error: unknown): FetchError | null {
  const code = error instanceof Error && "code" in error ? error.code : "";
  if (/^(ENOSPC|EDQUOT)$/.test(String(code))) {
    return new FetchError(
      "The disk is full. Free some space and try again: it goes on from there.",
    );
  }
  return /^(EACCES|EPERM|EROFS|ENOTDIR|EISDIR|EEXIST|EIO)$/.test(String(code))
    ? new FetchError(
      `${folder} cannot be written (${code}). Set DATA_DIR to a folder that can.`,
    )
    : null;
}

/** The sums of a model as they were when it was first fetched. */
const SUMS = "sums.json";

/**
 * Only the host says what the sums of a model are, so we believe the first ones, and refuse others
 * later.
 * @throws {FetchError} when a file has another sum than at first
 */
async function assertSame(
  files: RepositoryFile[],
  folder: string,
  host: string,
): Promise<void> {
  let first: Record<string, string>;
  try {
    first = JSON.parse(await Deno.readTextFile(join(folder, SUMS)));
  } catch {
    return; // it was never fetched whole
  }
  const other = files.find(({ path, sum }) => (first[path] ?? sum) !== sum);
  if (!other) return;
  throw new FetchError(
    `${other.path} is another one at ${host} than when you first fetched it. If you trust it, delete ${folder} and fetch it again.`,
  );
}

async function filesOf(
  repository: string,
  needs: RegExp,
  host: string,
): Promise<RepositoryFile[]> {
  const answer = await reach(`${host}/api/models/${repository}/tree/main`);
  const listed: unknown = await answer.json().catch(() => null);
  const files = Array.isArray(listed) ? listed.flatMap(fileOf) : [];
  const needed = files.filter(({ path }) => needs.test(path));
  if (needed.length > 0) return needed;
  throw new FetchError(
    `${host} does not list the files of ${repository}. Try again later.`,
  );
}

/** A file as Hugging Face's API lists it; nothing that is not one, or lies elsewhere. */
function fileOf(listed: Record<string, unknown>): RepositoryFile[] {
  const { type, path, size, oid, lfs } = listed ?? {};
  const isFile = type === "file" && typeof path === "string" &&
    /^[\w][\w.-]*$/.test(path) && typeof size === "number";
  const large = lfs as { oid?: unknown } | undefined;
  const sum = String(large?.oid ?? oid ?? "");
  return isFile && /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(sum)
    ? [{ path, size, sum }]
    : [];
}

async function fetchFile(
  url: string,
  file: RepositoryFile,
  path: string,
  options: FetchOptions,
): Promise<void> {
  if (await isWhole(path, file)) return options.progress(file.size, file.size);
  const part = `${path}.part`;
  for (let attempt = 1;; attempt++) {
    const problem = await goOn(url, file, part, options);
    if (problem === null) break;
    if (attempt === ATTEMPTS) throw new FetchError(problem);
    const wait = (options.backoffMs ?? 1_000) * 2 ** (attempt - 1);
    await new Promise((go) => setTimeout(go, wait));
  }
  if (!await isWhole(part, file)) {
    await Deno.remove(part);
    throw new FetchError(
      `${file.path} is not what its sum says it should be, and was thrown away. Try again.`,
    );
  }
  await Deno.rename(part, path);
}

/** Fetches what is missing of a file. @returns why it is not whole, or null */
async function goOn(
  url: string,
  { size, path }: RepositoryFile,
  part: string,
  { progress, stallMs = 30_000 }: FetchOptions,
): Promise<string | null> {
  let have = await sizeOf(part);
  if (have > size) {
    await Deno.remove(part);
    have = 0;
  }
  if (have === size) return null;
  const stall = new AbortController();
  let timer = setTimeout(() => stall.abort(), stallMs);
  try {
    const headers: Record<string, string> = { "accept-encoding": "identity" };
    if (have > 0) headers.range = `bytes=${have}-`;
    const answer = await reach(url, { headers, signal: stall.signal });
    if (answer.status !== 206) have = 0;
    using out = await Deno.open(part, {
      write: true,
      create: true,
      append: have > 0,
      truncate: have === 0,
    });
    for await (const piece of answer.body ?? []) {
      clearTimeout(timer);
      timer = setTimeout(() => stall.abort(), stallMs);
      have += piece.length;
      if (have > size) return `${path} is larger than it should be.`;
      await write(out, piece);
      progress(have, size);
    }
    return have === size ? null : `${path} ended before it was whole.`;
  } catch (error) {
    if (error instanceof FetchError) return error.message;
    const problem = diskProblem(dirname(part), error);
    if (problem) throw problem;
    return `${path} stopped arriving. Try again: it goes on from there.`;
  } finally {
    clearTimeout(timer);
  }
}

async function write(out: Deno.FsFile, piece: Uint8Array): Promise<void> {
  for (let at = 0; at < piece.length;) {
    at += await out.write(piece.subarray(at));
  }
}

/** @throws {FetchError} when nobody answers, or the host refuses */
async function reach(url: string, init?: RequestInit): Promise<Response> {
  const { host } = new URL(url);
  let answer: Response;
  try {
    answer = await fetch(url, init);
  } catch {
    throw new FetchError(
      `${host} cannot be reached from here. Look at the way to the internet, or set HF_ENDPOINT to a mirror.`,
    );
  }
  if (answer.ok) return answer;
  await answer.body?.cancel();
  throw new FetchError(`${host} answered ${answer.status}. Try again later.`);
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

/** Whether a file is there, as long as it should be, and has its sum. */
async function isWhole(
  path: string,
  { size, sum }: RepositoryFile,
): Promise<boolean> {
  if (await sizeOf(path) !== size) return false;
  const isGit = sum.length === 40;
  const hash = createHash(isGit ? "sha1" : "sha256");
  if (isGit) hash.update(`blob ${size}\0`);
  using file = await Deno.open(path);
  for await (const piece of file.readable) hash.update(piece);
  return hash.digest("hex") === sum;
}
